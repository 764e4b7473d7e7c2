import { createClient } from '@gatehouse/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { runSql } from '../support/database.ts'
import { addressOf, type Container, containers, docker, serviceOf, site } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { admin, trySignIn } from '../support/users.ts'

type Network = { Internal: boolean; Options: Record<string, string>; Containers: Record<string, { Name: string }> }

let running: Container[]
const networks = new Map<string, Network>()
beforeAll(async () => {
  await untilHealthy()
  running = (await containers()).filter((it) => it.State.Status === 'running')
  const names = [...new Set(running.flatMap((it) => Object.keys(it.NetworkSettings.Networks)))]
  for (const name of names) {
    const [network]: Network[] = JSON.parse(await docker('network', 'inspect', name))
    if (!network) throw new Error(`docker knows no network ${name}`)
    networks.set(name.replace(/^.*_/, ''), network)
  }
})

const networksOf = (service: string) => {
  const found = running.find((it) => serviceOf(it) === service)
  return Object.keys(found?.NetworkSettings.Networks ?? {}).map((it) => it.replace(/^.*_/, ''))
}

/** Whether a TCP connection comes about from inside that container; no packet of it goes anywhere else. */
const reaches = async (from: Container, host: string, port: number) => {
  const script = `timeout 2 bash -c ': </dev/tcp/${host}/${port}' 2>/dev/null && echo open || echo closed`
  return (await docker('exec', from.Id, 'bash', '-c', script)) === 'open'
}

describe('the networks', () => {
  it('are internal, but for the one by which clients come to Nginx, from which nothing finds its way back in', () => {
    expect([...networks].filter(([, it]) => !it.Internal).map(([name]) => name)).toEqual(['outside'])
    expect(networks.get('outside')?.Options['com.docker.network.bridge.enable_ip_masquerade']).toBe('false')
    expect(Object.values(networks.get('outside')?.Containers ?? {}).map((it) => it.Name)).toEqual([
      expect.stringContaining('nginx'),
    ])
  })

  it('leave an upstream alone with Nginx', async () => {
    expect(networksOf('guarded-upstream')).toEqual(['guarded'])
    const there = Object.values(networks.get('guarded')?.Containers ?? {}).map((it) => it.Name)
    expect(there.map((it) => /nginx|guarded-upstream/.exec(it)?.[0]).toSorted()).toEqual(['guarded-upstream', 'nginx'])
  })

  it('let an upstream reach none of the others, neither by name nor by address', async () => {
    const [upstream] = running.filter((it) => serviceOf(it) === 'guarded-upstream')
    if (!upstream) throw new Error('there is no upstream')
    const ports: Record<string, number> = { identity: 3001, gateway: 3002, postgres: 5432, rabbitmq: 5672 }
    const attempts = running.flatMap((container) => {
      const port = ports[serviceOf(container)]
      const addresses = Object.values(container.NetworkSettings.Networks).map((it) => it.IPAddress)
      return port === undefined ? [] : [serviceOf(container), ...addresses].map((host) => ({ host, port }))
    })
    expect(attempts.length).toBeGreaterThan(10)
    const reached = await Promise.all(
      attempts.map(async (it) => ((await reaches(upstream, it.host, it.port)) ? [it] : [])),
    )
    expect(reached.flat()).toEqual([])
    expect(await reaches(upstream, 'nginx', 8080)).toBe(true) // so the question is a good one
  })
})

describe('the port of Nginx', () => {
  it('is open on this machine alone unless a setting says otherwise', async () => {
    // Without the settings of a .env of this checkout.
    const file = ['--env-file', '/dev/null', '--file', `${import.meta.dirname}/../../docker-compose.yml`]
    const { services } = JSON.parse(await docker('compose', ...file, 'config', '--format', 'json', 'nginx'))
    expect(services.nginx.ports).toMatchObject([{ host_ip: '127.0.0.1' }])
  })

  it('is the only one, and open on the one address where these tests ask it', () => {
    const { hostname } = new URL(site())
    const bound = running.flatMap((it) => Object.values(it.NetworkSettings.Ports).flatMap((port) => port ?? []))
    expect(bound.map((it) => it.HostIp)).toEqual([hostname === 'localhost' ? '127.0.0.1' : hostname])
  })
})

describe('the address of a client', () => {
  it('is believed from Nginx alone: who asks identity past it says nothing about where it is', async () => {
    const [identity] = running.filter((it) => serviceOf(it) === 'identity')
    if (!identity) throw new Error('there is no identity')
    const device = `probe ${crypto.randomUUID()}`
    const headers = { 'x-forwarded-for': '203.0.113.9', 'x-gatehouse-proxy': 'a guess', 'user-agent': device }
    const client = createClient(`http://${addressOf(identity)}:3001`)
    expect(await client.logIn({ body: admin, headers })).toMatchObject({ status: 200 })
    const sql = `SELECT address FROM sessions WHERE device = '${device}'`
    expect((await runSql(sql)).trim()).toMatch(/^(?!203\.)[\d.]+$/)
  })

  it('comes through Nginx: it is not that of Nginx, and not what the client says', async () => {
    expect(await trySignIn(admin)).toMatchObject({ status: 200 })
    const address = (await runSql('SELECT address FROM sessions ORDER BY created_at DESC LIMIT 1')).trim()
    const own = running
      .filter((it) => serviceOf(it) === 'nginx')
      .flatMap((it) => Object.values(it.NetworkSettings.Networks))
    expect(own.map((it) => it.IPAddress)).not.toContain(address)
  })
})
