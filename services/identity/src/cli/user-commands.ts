import { createInterface } from 'node:readline'
import { newPassword, newUser as newUserBody } from '@gatehouse/contracts'
import { AppError, escapeInvisible, parseRequest, printable, UsageError } from '@gatehouse/service'
import { createAccounts } from '../accounts/accounts.ts'
import { openPasswords } from '../passwords/passwords.ts'
import { canonicalUsername } from '../users/username.ts'
import { usersIn } from '../users/users.repository.ts'
import type { IdentityCommand, Needs } from './identity-command.ts'

const openAccounts = async ({ db, outboxIn, config, log }: Needs) =>
  createAccounts({ db, outboxIn, passwords: await openPasswords(config, log) })

const lines = () => createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })

/** Passwords are never arguments: every process on the machine can read those. */
const readPassword = async () => {
  for await (const line of lines()) return line
  throw new AppError('invalid', 'password_missing', 'Pass the password on standard input.')
}

const getUser = async ({ db }: Needs, username = '') => {
  const user = await usersIn(db.manager).findByUsername(canonicalUsername(username))
  if (!user) throw new AppError('not_found', 'user_not_found', `There is no user "${username}".`)
  return user
}

const add: IdentityCommand = {
  name: 'user add',
  args: ['USERNAME'],
  about: 'creates a user with the password on standard input [--name "FULL NAME"] [--roles a,b] [--must-change]',
  options: { name: { type: 'string' }, roles: { type: 'string' }, 'must-change': { type: 'boolean' } },
  run: async ({ positionals: [username], options }, needs) => {
    const password = await readPassword()
    const roles = typeof options.roles === 'string' ? options.roles.split(',') : []
    const body = parseRequest(newUserBody, { username, password, full_name: options.name ?? null, roles })
    const mustChangePassword = options['must-change'] === true
    const person = { username: body.username, password, fullName: body.full_name, roles, mustChangePassword }
    const user = await (await openAccounts(needs)).create(person, 'internal')
    process.stdout.write(`${user.id}\n`)
  },
}

const readState = (given: unknown) => {
  if (given === undefined || given === 'active' || given === 'inactive') return given
  throw new UsageError('--state must be active or inactive.')
}

const list: IdentityCommand = {
  name: 'user list',
  about: 'lists all users by username, one per line [--search PREFIX] [--state active|inactive]',
  options: { search: { type: 'string' }, state: { type: 'string' } },
  run: async ({ options }, { db }) => {
    const search = typeof options.search === 'string' ? options.search : undefined
    const state = readState(options.state)
    let after: string | undefined
    do {
      const page = await usersIn(db.manager).findPage({ search, state, after, limit: 1_000 })
      for (const it of page) {
        process.stdout.write(
          `${it.id}  ${it.isActive ? 'active  ' : 'inactive'}  ${printable(it.username)}  ${it.roles.join(',')}\n`,
        )
      }
      after = page.length === 1_000 ? page.at(-1)?.username : undefined
    } while (after !== undefined)
  },
}

const deactivate: IdentityCommand = {
  name: 'user deactivate',
  args: ['USERNAME'],
  about: 'deactivates a user and ends all its sessions',
  run: async ({ positionals: [username] }, needs) => {
    const { id } = await getUser(needs, username)
    const accounts = await openAccounts(needs)
    await accounts.setActive(id, false, 'internal')
    needs.say(`${username} is deactivated; all its sessions have ended`)
  },
}

const password: IdentityCommand = {
  name: 'user password',
  args: ['USERNAME'],
  about: 'sets the password to that on standard input and ends all sessions of the user [--must-change]',
  options: { 'must-change': { type: 'boolean' } },
  run: async ({ positionals: [username], options }, needs) => {
    const { id } = await getUser(needs, username)
    const next = parseRequest(newPassword, await readPassword())
    const accounts = await openAccounts(needs)
    await accounts.setPassword(id, { next, mustChange: options['must-change'] === true }, 'internal')
    needs.say(`${username} has a new password; all its sessions have ended`)
  },
}

const importCommand: IdentityCommand = {
  name: 'user import',
  about: 'imports users from JSON lines on standard input and prints a line for each rejected row [--dry-run]',
  options: { 'dry-run': { type: 'boolean' } },
  run: async ({ options }, needs) => {
    const accounts = await openAccounts(needs)
    let read = 0
    const startedAt = performance.now()
    const counted = async function* () {
      for await (const line of lines()) {
        read += 1
        if (read % 10_000 === 0) needs.say(`${read} lines in ${Math.round((performance.now() - startedAt) / 1000)} s`)
        yield line
      }
    }
    const report = (refusal: object) => void process.stdout.write(`${escapeInvisible(JSON.stringify(refusal))}\n`)
    const summary = await accounts.import(counted(), {
      isDryRun: options['dry-run'] === true,
      report,
      actor: 'internal',
    })
    process.stdout.write(`${JSON.stringify(summary)}\n`)
    if (summary.refused > 0) process.exitCode = 1
  },
}

const check: IdentityCommand = {
  name: 'user check',
  args: ['USERNAME'],
  about: 'checks whether the password on standard input signs this user in: prints yes, or no with exit code 1',
  run: async ({ positionals: [username = ''] }, { db, config, log }) => {
    const given = await readPassword()
    const user = await usersIn(db.manager).findByUsername(canonicalUsername(username))
    const passwords = await openPasswords(config, log)
    const signsIn = user?.isActive === true && (await passwords.verify(user.hashedPassword, given))
    process.stdout.write(signsIn ? 'yes\n' : 'no\n')
    if (!signsIn) process.exitCode = 1
  },
}

export const userCommands = [add, list, deactivate, password, check, importCommand]
