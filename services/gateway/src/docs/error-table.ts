import { type ProblemCode, problemCodes } from '@gatehouse/contracts'

const codes = Object.keys(problemCodes) as ProblemCode[]

/** Codes with the same status and advice share a row. */
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
    ...rows().map(
      ([statusAndAdvice, codes]) => `| ${codes.map((it) => `\`${it}\``).join(', ')} | ${statusAndAdvice} |`,
    ),
  ].join('\n')

const generatedPart = /(?<=<!-- made of \S+ by [^\n]*-->\n).*?(?=<!-- end -->)/s

/** The guide with its table of errors regenerated. */
export const withErrorTable = (guide: string) => guide.replace(generatedPart, () => `\n${table()}\n\n`)
