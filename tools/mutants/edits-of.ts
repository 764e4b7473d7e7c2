/** The parts of an ESTree node that are used here. */
export type Node = { type: string; start: number; end: number; [field: string]: unknown }
export type Edit = { start: number; end: number; to: string }

const otherOperator: Record<string, string> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '&&': '||',
  '||': '&&',
  '??': '&&',
  '+=': '-=',
  '-=': '+=',
  '??=': '=',
}

/** Changes to SQL after which a statement still runs, but does something else. */
const sqlEdits: [RegExp, string][] = [
  [/ FOR UPDATE( OF \w+)?( SKIP LOCKED)?/g, ''],
  [/ SKIP LOCKED/g, ''],
  [/ AND /g, ' OR '],
  [/ DESC\b/g, ' ASC'],
  [/ < /g, ' <= '],
  [/ > /g, ' < '],
  [/ >= /g, ' > '],
  [/ IS NULL/g, ' IS NOT NULL'],
]

/** The changes of one node, without those of its children. */
export const editsOf = (node: Node, source: string): Edit[] => {
  const code = (it: Node) => source.slice(it.start, it.end)
  const become = (to: string, it: Node = node): Edit => ({ start: it.start, end: it.end, to })
  const child = (field: string) => node[field] as Node
  const list = (field: string) => (node[field] ?? []) as Node[]

  /** Removes an item of a list, with the comma after it or, for the last one, before it. */
  const without = (items: Node[], index: number): Edit[] => {
    const [item, next, last] = [items[index], items[index + 1], items[index - 1]]
    if (item === undefined) return []
    if (next) return [{ start: item.start, end: next.start, to: '' }]
    if (last) return [{ start: last.end, end: item.end, to: '' }]
    const comma = /^\s*,/.exec(source.slice(item.end, node.end))?.[0].length ?? 0
    return [{ start: item.start, end: item.end + comma, to: '' }]
  }
  const operator = (): Edit[] => {
    const own = String(node.operator)
    const other = otherOperator[own]
    // JavaScript allows no `??` beside another logical operator.
    if (other === undefined || (own === '??' && child('left').operator === own)) return []
    const at = source.indexOf(own, child('left').end)
    const changed = source.slice(node.start, at) + other + source.slice(at + own.length, node.end)
    // In parentheses, since the new operator may bind less tightly.
    return [become(node.type === 'AssignmentExpression' ? changed : `(${changed})`)]
  }
  const test = (): Edit[] => [become('false', child('test')), become(`!(${code(child('test'))})`, child('test'))]

  switch (node.type) {
    case 'BinaryExpression':
    case 'AssignmentExpression':
      return operator()
    case 'LogicalExpression':
      return [...operator(), become(`(${code(child('left'))})`), become(`(${code(child('right'))})`)]
    case 'IfStatement':
    case 'ConditionalExpression':
      return test()
    case 'UnaryExpression':
      return node.operator === '!' ? [become(`!${code(node)}`)] : []
    case 'ExpressionStatement':
      return [become(';')]
    case 'ThrowStatement':
      return [become(';')]
    case 'ReturnStatement':
      return node.argument ? [become('undefined', child('argument'))] : []
    case 'CallExpression':
      return [
        ...without(list('arguments'), list('arguments').length - 1),
        ...(/^Math\.(min|max)$/.test(code(child('callee')))
          ? [become(code(child('callee')) === 'Math.min' ? 'Math.max' : 'Math.min', child('callee'))]
          : []),
      ]
    case 'ObjectExpression':
      return list('properties').flatMap((_, index) => without(list('properties'), index))
    case 'ArrayExpression':
      return list('elements').flatMap((_, index) => without(list('elements'), index))
    case 'Literal':
      return literal(node)
    case 'TemplateElement':
      return /\b(SELECT|UPDATE|DELETE|INSERT|WHERE)\b/.test(code(node)) ? sql(code(node), node.start) : []
    default:
      return []
  }
}

const literal = ({ value, raw, regex, start, end }: Node): Edit[] => {
  const become = (to: string) => ({ start, end, to })
  if (typeof value === 'boolean') return [become(String(!value))]
  if (typeof value === 'number') return otherNumbers(value).map((it) => become(String(it)))
  if (regex !== undefined) return [/^\/\^/, /\$(?=\/\w*$)/].flatMap((it) => anchorless(String(raw), it).map(become))
  // Tests assert no sentences.
  if (typeof value === 'string' && /^\S+$/.test(value)) return [become(`'x${value}'`)]
  return []
}

/** No test can tell a large number from the next. */
const otherNumbers = (value: number) =>
  [...(value < 1_000 ? [value + 1, value - 1] : [Math.round(value / 10)]), value * 10].filter((it) => it !== value)

const anchorless = (raw: string, anchor: RegExp) =>
  anchor.test(raw) ? [raw.replace(anchor, (it) => it.replace(/[$^]/, ''))] : []

const sql = (text: string, at: number): Edit[] =>
  sqlEdits.flatMap(([words, to]) =>
    [...text.matchAll(words)].map(({ 0: found, index }) => ({ start: at + index, end: at + index + found.length, to })),
  )
