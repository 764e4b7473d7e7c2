import { figure } from '../harness/report.ts'
import type { CaseResult } from './result.ts'

const width = 760
const barsFrom = 250
const barsTo = width - 70
const rowHeight = 22
const titleHeight = 40

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

// With its own background, because an image knows the reader's preference but not the page around it.
const style = `
  .page { fill: #ffffff } text { fill: #1f2328; font: 13px system-ui, sans-serif } .title { font-weight: 600 }
  .bar { fill: #8c959f } .gateway { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } text { fill: #e6edf3 } .bar { fill: #6e7681 } .gateway { fill: #4493f8 }
  }`

/** Requests per second as bars, one group per case, each with its own scale. */
export const chartOf = (results: CaseResult[]) => {
  let y = 10
  const groups = results.map(({ title, rows }) => {
    const most = Math.max(...rows.map((it) => it.perSecond))
    const head = `<text class="title" x="16" y="${y + 24}">${escaped(title)}, requests/s</text>`
    y += titleHeight
    const bars = rows.map(({ name, perSecond }) => {
      const length = Math.max(1, Math.round((perSecond / most) * (barsTo - barsFrom)))
      const kind = name.startsWith('the gateway') ? 'gateway' : 'bar'
      const bar = `<text x="16" y="${y + 13}">${escaped(name)}</text>
<rect class="${kind}" x="${barsFrom}" y="${y}" width="${length}" height="${rowHeight - 5}" rx="2"/>
<text x="${barsFrom + length + 6}" y="${y + 13}">${figure(perSecond)}</text>`
      y += rowHeight
      return bar
    })
    return [head, ...bars].join('\n')
  })
  const height = y + 16
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>Requests per second of the gateway and of what it is compared with</title>
<style>${style}
</style>
<rect class="page" width="${width}" height="${height}" rx="6"/>
${groups.join('\n')}
</svg>
`
}
