import { type ProblemCode, problemCodes } from '@gatehouse/contracts'

const codes = Object.keys(problemCodes) as ProblemCode[]

/** Codes with the same status that ask the same of a caller share a row. */
const rows = () => [
  ...Map.groupBy(codes, (code) => {
    const { status, advice } = problemCodes[code]
    return `${status} | ${advice}`
  }),
]

const table = () =>
  [
    '| code | status | what to do |',
    '|---|---|---|',
    ...rows().map(([rest, of]) => `| ${of.map((it) => `\`${it}\``).join(', ')} | ${rest} |`),
  ].join('\n')

const place = /(?<=<!-- made of \S+ by [^\n]*-->\n).*?(?=<!-- end -->)/s

/** The guide with its table of errors as the codes have it. */
export const withErrorTable = (guide: string) => guide.replace(place, () => `\n${table()}\n\n`)
