import { gatehouseEvent } from '@gatehouse/contracts'
import { describe, expect, it } from 'vitest'
import { startTestGateway } from './start-test-gateway.ts'

const types = gatehouseEvent.options.map((it) => it.shape.type.value)
const documents = ['/docs', '/docs/', '/docs/start.js', '/docs/swagger-ui-bundle.js', '/docs/events']
const paths = ['/', ...documents, '/openapi.json', '/asyncapi.json']

describe('the documents', () => {
  it('are nowhere to be found with DOCS=off, and the schemas that events name stay', async () => {
    const gateway = await startTestGateway({ showsDocs: false })
    for (const path of paths) {
      expect(await gateway.send('GET', path), path).toMatchObject({ status: 404, body: { code: 'not_found' } })
    }
    for (const type of types) expect(await gateway.send('GET', `/schemas/${type}.json`)).toMatchObject({ status: 200 })
  })

  it('are there otherwise, and the bare address leads to them', async () => {
    const gateway = await startTestGateway()
    // By fetch itself, which follows where the bare addresses lead.
    for (const path of paths) expect(await fetch(gateway.url + path), path).toMatchObject({ status: 200 })
    const answer = await gateway.send('GET', '/')
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'docs'])
  })
})
