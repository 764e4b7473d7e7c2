import { Parser } from '@asyncapi/parser'
import { gatehouseEvent } from '@gatehouse/contracts'
import { describe, expect, it } from 'vitest'
import { asyncApi } from './asyncapi.ts'

describe('the AsyncAPI document', () => {
  it('is valid for the AsyncAPI parser and contains every event', async () => {
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApi()))
    expect(diagnostics.filter((it) => it.severity === 0)).toEqual([])
    const names = document
      ?.allMessages()
      .all()
      .map((it) => it.name())
    expect(names?.toSorted()).toEqual(gatehouseEvent.options.map((it) => it.shape.type.value).toSorted())
  }, 30_000)
})
