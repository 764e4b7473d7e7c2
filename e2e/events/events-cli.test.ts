import { gatehouseEvent } from '@gatehouse/contracts'
import { subscribe } from '@gatehouse/events'
import { eventually } from '@gatehouse/testkit'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { as } from '../support/client.ts'
import { runInShell, startInShell } from '../support/gatehouse-script.ts'
import { addressOf, type Container, compose, containers, docker } from '../support/stack.ts'
import { addSubscriber } from '../support/subscriber.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { signInAdmin } from '../support/users.ts'

beforeAll(() => untilHealthy())

/** What compose ends with on Ctrl-C: 130 as a shell does, or 255 if it stops waiting for the container first. */
const interrupted = [130, 255]

/** Containers in which `./gatehouse events` runs: `docker compose ps` leaves those of `run` out. */
const tailContainers = async (): Promise<Container[]> => {
  const project = (await containers('nginx'))[0]?.Config.Labels['com.docker.compose.project']
  const filters = [`project=${project}`, 'service=events'].flatMap((it) => [
    '--filter',
    `label=com.docker.compose.${it}`,
  ])
  const ids = (await docker('ps', '--all', '--quiet', ...filters)).split('\n').filter((it) => it !== '')
  return ids.length === 0 ? [] : JSON.parse(await docker('inspect', ...ids))
}
const untilGone = () =>
  eventually(async () => expect(await tailContainers()).toEqual([]), { withinMs: 15_000, everyMs: 200 })

const startTail = async (after = '') => {
  const tail = startInShell(`./gatehouse events tail ${after}`)
  onTestFinished(untilGone)
  await eventually(() => expect(tail.stderr()).toContain('Connected; Ctrl-C ends.'), { withinMs: 20_000 })
  return tail
}

const signInAndOut = async () => {
  const token = await signInAdmin()
  expect(await as(token).logOut()).toMatchObject({ status: 204 })
}

describe('./gatehouse events tail', () => {
  it('prints events and nothing else, from a hardened container that Ctrl-C ends at once', async () => {
    const tail = await startTail()
    await signInAndOut()
    const lines = () => tail.stdout().split('\n').slice(0, -1)
    await eventually(() => expect(tail.stdout()).toContain('session.revoked.v1'))
    for (const line of lines()) expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}[a-z_.]+\.v1 +\S+ {2}\d+ {2}\S/)

    const [container] = await tailContainers()
    expect(container?.Config.User).toBe('node')
    const networks = Object.keys(container?.NetworkSettings.Networks ?? {})
    expect(networks).toEqual([expect.stringMatching(/_broker$/)])
    const { ReadonlyRootfs, CapDrop, SecurityOpt, Memory, PidsLimit } = container?.HostConfig ?? {}
    expect({ ReadonlyRootfs, CapDrop, SecurityOpt }).toEqual({
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
    })
    expect([Memory, PidsLimit]).toEqual([256 * 1024 * 1024, 64])

    tail.signalAll('SIGINT')
    const [code] = await tail.ended
    expect(interrupted).toContain(code)
  })

  it('ends when what it is piped into has seen enough', async () => {
    const tail = await startTail('--json --type session | head -n 1')
    await signInAndOut()
    await eventually(() => expect(gatehouseEvent.parse(JSON.parse(tail.stdout())).type).toMatch(/^session\./))
    await signInAndOut() // written into nothing: only that tells
    expect(await tail.ended).toEqual([0, null])
  })

  it('leaves no container behind when it is killed', async () => {
    const tail = await startTail()
    expect(await tailContainers()).toHaveLength(1)
    tail.signalAll('SIGKILL')
    await tail.ended
    await untilGone()
  })

  it('goes on when the broker was restarted', { timeout: 120_000 }, async () => {
    const tail = await startTail()
    onTestFinished(untilHealthy)
    await compose('restart', 'rabbitmq')
    await eventually(() => expect(tail.stderr()).toContain('Connected again;'), { withinMs: 60_000 })
    const hears = async () => {
      await signInAndOut()
      expect(tail.stdout()).toContain('session.revoked.v1')
    }
    await eventually(hears, { withinMs: 30_000, everyMs: 500 })
    tail.signalAll('SIGINT')
    const [code] = await tail.ended
    expect(interrupted).toContain(code)
  })
})

describe('./gatehouse events dead', () => {
  it('lists, shows and gives back the dead letters of another service', async () => {
    const { name, password } = await addSubscriber()
    const [broker] = await containers('rabbitmq')
    if (!broker) throw new Error('there is no broker')
    let isBroken = true
    const subscription = subscribe({
      url: `amqp://${name}:${password}@${addressOf(broker)}:5672`,
      queue: `${name}.sessions`,
      events: ['session.started.v1'],
      retryDelaysMs: [],
      handler: async () => {
        if (isBroken) throw new Error('the printer is on fire')
      },
    })
    onTestFinished(() => subscription.stop())
    await eventually(() => expect(subscription.state().connected).toBe(true))
    await signInAdmin()
    await eventually(() => expect(subscription.counts().dead).toBe(1))

    const listed = await runInShell(`./gatehouse events dead list ${name}.sessions`)
    expect(listed).toMatchObject({ code: 0, stderr: '1 dead letter\n' })
    const [, id] = /^(\S+) {2}session\.started\.v1 {2}1 {2}the printer is on fire\n$/.exec(listed.stdout) ?? []
    const shown = await runInShell(`./gatehouse events dead show ${name}.sessions ${id}`)
    expect(gatehouseEvent.parse(JSON.parse(shown.stdout)).id).toBe(id)
    isBroken = false
    const given = await runInShell(`./gatehouse events dead redrive ${name}.sessions ${id}`)
    expect(given).toEqual({ code: 0, stdout: '1 dead letter requeued\n', stderr: '' })
    await eventually(() => expect(subscription.counts().handled).toBe(1))
  })

  it('answers what it cannot do with its exit code and the way out', async () => {
    expect(await runInShell('./gatehouse events dead list nobody.users')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^No subscriber has a queue "nobody.users"/),
    })
    expect(await runInShell('./gatehouse events frobnicate')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('usage:'),
    })
    expect(await runInShell('./gatehouse events --help')).toMatchObject({ code: 0, stderr: '' })
    expect(await runInShell('COMPOSE_PROJECT_NAME=gatehouse-nowhere ./gatehouse events tail')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'RabbitMQ is not running. Start everything with: ./gatehouse up\n',
    })
  })
})
