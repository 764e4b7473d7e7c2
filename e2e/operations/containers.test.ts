import { beforeAll, describe, expect, it } from 'vitest'
import { gatehouse } from '../support/client.ts'
import { type Container, containers, docker, serviceOf } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'

let all: Container[]
let running: Container[]
let jobs: Container[]
beforeAll(async () => {
  await untilHealthy()
  all = await containers()
  running = all.filter((it) => it.State.Status === 'running')
  jobs = all.filter((it) => it.State.Status === 'exited')
})

const named = (list: Container[]) => [...new Set(list.map(serviceOf))].sort()

/** For each container, what makes it less than hardened; nothing at best. */
const weaknessesOf = ({ HostConfig: host, Config: config }: Container) => [
  ...(/^(|0|root)(:|$)/.test(config.User) ? ['starts as root'] : []),
  ...(host.ReadonlyRootfs ? [] : ['writable root']),
  ...(host.Privileged ? ['privileged'] : []),
  ...(host.CapDrop?.includes('ALL') ? [] : ['keeps capabilities']),
  ...(host.CapAdd?.length ? [`adds ${host.CapAdd}`] : []),
  ...(host.SecurityOpt?.some((it) => /^no-new-privileges(:true)?$/.test(it)) ? [] : ['may gain privileges']),
  ...(host.Memory > 0 ? [] : ['no memory limit']),
  ...(host.PidsLimit && host.PidsLimit > 0 ? [] : ['no limit of processes']),
]

describe('the containers', () => {
  it('are the services and jobs of the design, two gateways and the example among them', () => {
    expect(named(running)).toEqual(['gateway', 'guarded-upstream', 'identity', 'nginx', 'postgres', 'rabbitmq'])
    expect(named(jobs)).toEqual(expect.arrayContaining(['migrate', 'seed']))
    expect(running.filter((it) => serviceOf(it) === 'gateway')).toHaveLength(2)
  })

  it('are healthy, the jobs done with exit code 0', () => {
    expect(running.map((it) => [serviceOf(it), it.State.Health?.Status])).toEqual(
      running.map((it) => [serviceOf(it), 'healthy']),
    )
    expect(jobs.map((it) => [serviceOf(it), it.State.ExitCode])).toEqual(jobs.map((it) => [serviceOf(it), 0]))
  })

  it('publish one port, that of Nginx', () => {
    const published = running.flatMap((it) =>
      Object.entries(it.NetworkSettings.Ports)
        .filter(([, bindings]) => bindings?.length)
        .map(([port]) => [serviceOf(it), port]),
    )
    expect(published).toEqual([['nginx', '8080/tcp']])
  })

  it('are configured non-root, read-only, without capabilities, with limits', () => {
    const weak = all.map((it) => [serviceOf(it), weaknessesOf(it)] as const).filter(([, found]) => found.length > 0)
    expect(Object.fromEntries(weak)).toEqual({})
  })

  it('are so in truth: no root, no capability, nothing new to gain, root file system read-only', async () => {
    for (const container of running) {
      const status = await docker('exec', container.Id, 'cat', '/proc/1/status')
      const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? 'absent'
      const mounts = await docker('exec', container.Id, 'cat', '/proc/1/mounts')
      const rootMount = /^\S+ \/ \S+ (\S+)/m.exec(mounts)?.[1] ?? 'absent'
      expect(
        {
          service: serviceOf(container),
          isRoot: field('Uid').split(/\s+/).includes('0'),
          capabilities: [field('CapEff'), field('CapPrm'), field('CapBnd')].map((it) => Number.parseInt(it, 16)),
          noNewPrivileges: field('NoNewPrivs'),
          root: rootMount.split(',')[0],
        },
        serviceOf(container),
      ).toEqual({
        service: serviceOf(container),
        isRoot: false,
        capabilities: [0, 0, 0],
        noNewPrivileges: '1',
        root: 'ro',
      })
    }
  })
})

describe('GET /health', () => {
  it('tells through Nginx whether it works, and no more', async () => {
    expect(await gatehouse().readHealth()).toMatchObject({ status: 200, text: '{"status":"ready"}' })
  })

  it('tells beside each gateway the state of every dependency', async () => {
    await untilHealthy()
  })
})
