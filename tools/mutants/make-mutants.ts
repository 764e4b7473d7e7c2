import { parseAst } from 'vitest/node'
import { type Edit, editsOf, type Node } from './edits-of.ts'

/** One change of a source: `from` on `line` becomes `to`. */
export type Mutant = { line: number; text: string; from: string; to: string; source: string }

/** Types have no effect at run time, the compiler notices a missing import, and few tests read the log. */
const isOutside = ({ type, start, end }: Node, source: string) =>
  type.startsWith('Import') ||
  (type.startsWith('TS') && !/^TS(As|NonNull|Satisfies)/.test(type)) ||
  (type === 'ExpressionStatement' && /^log\??\./.test(source.slice(start, end)))

const childrenOf = (node: Node) =>
  Object.values(node)
    .flat()
    .filter((it): it is Node => typeof it === 'object' && it !== null && typeof (it as Node).type === 'string')

const editsUnder = (node: Node, source: string): Edit[] =>
  isOutside(node, source) ? [] : [...editsOf(node, source), ...childrenOf(node).flatMap((it) => editsUnder(it, source))]

/** All single changes of a source, in source order. */
export const makeMutants = (source: string): Mutant[] => {
  const mutants = editsUnder(parseAst(source, { lang: 'ts' }) as unknown as Node, source).map(({ start, end, to }) => {
    const from = source.slice(start, end)
    const line = source.slice(0, start).split('\n').length
    const text = source.split('\n')[line - 1]?.trim() ?? ''
    return { line, text, from, to, source: source.slice(0, start) + to + source.slice(end), start }
  })
  const real = mutants.filter((it) => it.from !== it.to)
  return real.sort((a, b) => a.start - b.start).map(({ start: _, ...mutant }) => mutant)
}

/** One readable line, also for long code. */
export const describeMutant = ({ line, from, to }: Mutant) => {
  const short = (code: string) => {
    const flat = code.replaceAll(/\s+/g, ' ')
    return flat === '' ? '(nothing)' : flat.length > 90 ? `${flat.slice(0, 87)}...` : flat
  }
  return `${line}  ${short(from)}  =>  ${short(to)}`
}
