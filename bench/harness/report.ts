/** A number with three significant digits, or all digits before the point. */
export const figure = (value: number) =>
  Number.isNaN(value) ? '-' : value >= 100 ? Math.round(value).toLocaleString('en') : String(+value.toPrecision(3))

/** An aim, and whether it was met. */
export const against = (aim: string, isMet: boolean) => `${aim}: ${isMet ? 'yes' : '**no**'}`

/** A Markdown table with aligned columns. */
export const table = (head: string[], rows: (string | number)[][]) => {
  const cells = [head, ...rows.map((row) => row.map((it) => (typeof it === 'number' ? figure(it) : it)))]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) => `| ${row.map((it, column) => it.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [first = [], ...rest] = cells
  return [line(first), `|${widths.map((it) => '-'.repeat(it + 2)).join('|')}|`, ...rest.map(line)].join('\n')
}
