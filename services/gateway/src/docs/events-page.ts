import type { AsyncApi } from './asyncapi.ts'

type Schema = { [keyword: string]: unknown }

const escaped = (text: string) => text.replace(/[&<>"]/g, (it) => `&#${it.charCodeAt(0)};`)
/** Escapes text and turns `code` in backticks into HTML. */
const prose = (text: string) => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>')
const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null

const typeOf = (schema: Schema): string => {
  if ('const' in schema) return JSON.stringify(schema.const)
  if (Array.isArray(schema.enum)) return schema.enum.map((it) => JSON.stringify(it)).join(' | ')
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map((it) => typeOf(it as Schema)).join(' | ')
  if (schema.type === 'array') return `${typeOf(isSchema(schema.items) ? schema.items : {})}[]`
  return String(schema.format ?? schema.type ?? 'any')
}

/** One row for each member that is not an object, with its path. */
const rowsOf = (schema: Schema, path = ''): string[] =>
  Object.entries(isSchema(schema.properties) ? schema.properties : {}).flatMap(([name, member]) => {
    if (!isSchema(member)) return []
    const here = path === '' ? name : `${path}.${name}`
    if (member.type === 'object') return rowsOf(member, here)
    const isOptional = !(Array.isArray(schema.required) && schema.required.includes(name))
    const note = `${isOptional ? 'optional. ' : ''}${prose(String(member.description ?? ''))}`
    return [`<tr><td><code>${here}</code></td><td><code>${escaped(typeOf(member))}</code></td><td>${note}</td></tr>`]
  })

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884;vertical-align:top}
h2{margin-top:2.5rem}nav a{margin-right:1rem;white-space:nowrap}code{font-size:.9em;overflow-wrap:anywhere}`

/** The AsyncAPI document as an HTML page without scripts. */
export const eventsPage = ({ info, channels, components }: AsyncApi) => {
  const messages = Object.values(components.messages)
  const links = messages.map(({ name }) => `<a href="#${name}">${name}</a>`).join(' ')
  const sections = messages.map(
    ({ name, summary, payload }) => `<section id="${name}"><h2>${name}</h2><p>${prose(summary)}</p>
<table><thead><tr><th>member</th><th>type</th><th>description</th></tr></thead><tbody>${rowsOf(payload).join('')}</tbody></table></section>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title}</title><style>${style}</style></head>
<body><h1>${info.title}</h1><p>${prose(info.description)}</p>
<p>Exchange <code>${channels.events.address}</code>, content type <code>application/cloudevents+json</code>. Machine-readable document:
<a href="../asyncapi.json">asyncapi.json</a>.</p><nav>${links}</nav>${sections.join('\n')}</body></html>
`
}
