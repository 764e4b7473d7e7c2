import { describe, expect, it } from 'vitest'
import { createSbom } from './sbom.ts'

const image = { name: 'gatehouse/gateway', version: '1.2.3', id: 'sha256:abc', created: '2026-01-02T03:04:05Z' }
const inventory = {
  node: '24.1.0',
  distribution: 'debian',
  release: '13',
  own: [{ name: '@gatehouse/gateway', version: '1.2.3', license: 'MIT' }],
  npm: [
    {
      name: 'express',
      version: '5.0.0',
      license: 'MIT',
      integrity: `sha512-${Buffer.from('aa', 'hex').toString('base64')}`,
    },
    { name: 'express', version: '5.0.0' },
    { name: 'express', version: '4.0.0-rc.1+build' },
  ],
  debian: [['libstdc++6', '1:14.2.0-19', 'amd64'] as [string, string, string]],
}

describe('a bill of materials', () => {
  it('names each component by its package URL, once', () => {
    expect(createSbom(image, inventory).components.map((it) => it['bom-ref'])).toEqual([
      'node',
      'operating-system',
      'pkg:deb/debian/libstdc%2B%2B6@1:14.2.0-19?arch=amd64&distro=debian-13',
      'pkg:npm/%40gatehouse/gateway@1.2.3',
      'pkg:npm/express@4.0.0-rc.1%2Bbuild',
      'pkg:npm/express@5.0.0',
    ])
  })

  it('keeps the hash that npm checked', () => {
    const express = createSbom(image, inventory).components.find((it) => it['bom-ref'] === 'pkg:npm/express@5.0.0')
    expect(express).toMatchObject({ hashes: [{ alg: 'SHA-512', content: 'aa' }] })
  })

  it('is the same for the same image and another for another', () => {
    expect(createSbom(image, inventory)).toEqual(createSbom(image, inventory))
    expect(createSbom({ ...image, id: 'sha256:abd' }, inventory).serialNumber).not.toBe(
      createSbom(image, inventory).serialNumber,
    )
  })
})
