import { createHash } from 'node:crypto'

type Package = { name: string; version: string; license?: string; integrity?: string }

/** What inventory.ts found in an image. */
export type Inventory = {
  node: string
  distribution: string
  release: string
  own: Package[]
  npm: Package[]
  debian: [name: string, version: string, architecture: string][]
}

export type Image = { name: string; version: string; id: string; created: string }

// Package URL: the version keeps its colon, all else that is special in a URL is encoded.
const encode = (text: string) => encodeURIComponent(text).replaceAll('%3A', ':')

const npmComponent = (type: 'library' | 'application', { name, version, license, integrity }: Package) => {
  const [group, short] = name.startsWith('@') ? name.split('/') : [undefined, name]
  const purl = `pkg:npm/${name.split('/').map(encode).join('/')}@${encode(version)}`
  return {
    type,
    'bom-ref': purl,
    ...(group && { group }),
    name: short ?? name,
    version,
    ...(integrity && {
      hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex') }],
    }),
    ...(license && { licenses: [{ license: { name: license } }] }),
    purl,
  }
}

const debianComponent = (
  distribution: string,
  release: string,
  [name, version, architecture]: Inventory['debian'][number],
) => {
  const purl = `pkg:deb/${distribution}/${encode(name)}@${encode(version)}?arch=${architecture}&distro=${distribution}-${release}`
  return { type: 'library', 'bom-ref': purl, name, version, purl }
}

/** The same image gives the same number. */
const serialNumber = (id: string) => {
  const hex = createHash('sha256').update(id).digest('hex')
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** A package may lie in an image several times, nested in others; it is listed once, with its hash if npm knew one. */
const once = <T extends { 'bom-ref': string; hashes?: object }>(components: T[]) =>
  [
    ...new Map(
      components.sort((a, b) => Number('hashes' in a) - Number('hashes' in b)).map((it) => [it['bom-ref'], it]),
    ).values(),
  ].sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1))

/** The bill of materials of an image, as CycloneDX 1.6. */
export const createSbom = (image: Image, { node, distribution, release, own, npm, debian }: Inventory) => ({
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  serialNumber: serialNumber(image.id),
  version: 1,
  metadata: {
    timestamp: image.created,
    component: {
      type: 'container',
      'bom-ref': image.name,
      name: image.name,
      version: image.version,
      properties: [{ name: 'gatehouse:image:id', value: image.id }],
    },
  },
  components: once([
    { type: 'operating-system', 'bom-ref': 'operating-system', name: distribution, version: release },
    { type: 'platform', 'bom-ref': 'node', name: 'node', version: node, purl: `pkg:generic/node@${node}` },
    ...own.map((it) => npmComponent('application', it)),
    ...npm.map((it) => npmComponent('library', it)),
    ...debian.map((it) => debianComponent(distribution, release, it)),
  ]),
})
