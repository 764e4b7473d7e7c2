import { type Container, containers, execIn, serviceOf } from '../../support/stack.ts'
import type { Attack } from '../attack.ts'

const ports: Record<string, number> = { identity: 3001, gateway: 3002, postgres: 5432, rabbitmq: 5672 }

/** Whoever is inside can try all addresses there are; here they are known. */
const doorsOf = (container: Container) => {
  const port = ports[serviceOf(container)]
  const addresses = Object.values(container.NetworkSettings.Networks).map((it) => it.IPAddress)
  return port === undefined ? [] : addresses.map((host) => ({ service: serviceOf(container), host, port }))
}

/** Runs in the upstream's container; for each door, whether somebody opens. */
const knock = `
  const { connect } = require('node:net')
  const opens = ({ host, port }) => new Promise((resolve) => {
    const socket = connect(port, host)
    const end = (isOpen) => () => { socket.destroy(); resolve(isOpen) }
    socket.setTimeout(1500, end(false)).on('connect', end(true)).on('error', end(false))
  })
  Promise.all(JSON.parse(process.argv[1]).map(opens)).then((open) => console.log(JSON.stringify(open)))`

export const pastNginx: Attack = {
  finding: 'M5',
  title: 'a compromised guarded upstream calls the services past Nginx',
  // Its weakness stands in weak/compose.yml: a network is a setting.
  plants: [],
  run: async () => {
    const doors = (await containers()).filter((it) => it.State.Status === 'running').flatMap(doorsOf)
    const open = JSON.parse(await execIn('guarded-upstream', 'node', '-e', knock, JSON.stringify(doors))) as boolean[]
    const reached = [...new Set(doors.filter((_, at) => open[at]).map((it) => it.service))]
    return {
      succeeded: reached.length > 0,
      figures: `of ${doors.length} addresses of the services reached: ${reached.join(', ') || 'none'}`,
    }
  },
}
