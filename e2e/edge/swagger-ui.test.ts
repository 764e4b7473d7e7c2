import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gatehouseEvent } from '@gatehouse/contracts'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { api, site } from '../support/stack.ts'
import { admin } from '../support/users.ts'

const screenshots = fileURLToPath(new URL('../../.gatehouse/screenshots', import.meta.url))
// Not for looks: nothing but the page itself may be fetched, and as root Chromium needs to be told to do without sandbox.
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let browser: Browser
beforeAll(async () => {
  const executablePath = process.env.CHROMIUM_PATH || '/usr/bin/chromium'
  browser = await chromium.launch({ executablePath, headless: true, args })
})
afterAll(() => browser?.close())

const openDocs = async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1400 } })
  page.setDefaultTimeout(15_000)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(site())) problems.push(request.url())
  })
  await page.goto(`${api()}/docs`)
  await page.locator('button.authorize').first().click()
  const dialog = page.locator('.modal-ux')
  const signIn = async (username: string, password: string) => {
    await dialog.locator('input[name=username], #oauth_username').first().fill(username)
    await dialog.locator('input[name=password], #oauth_password').first().fill(password)
    await dialog.locator('.auth-btn-wrapper button.authorize').first().click()
  }
  return { page, dialog, problems, signIn }
}

describe('the page of the events', () => {
  it('shows each event with its members', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1400 } })
    await page.goto(`${api()}/docs/events`)
    expect(await page.locator('h2').allTextContents()).toContain('session.revoked.v1')
    expect(await page.locator('section').count()).toBe(gatehouseEvent.options.length)
    expect(await page.locator('section#user\\.created\\.v1').textContent()).toContain('data.user.username')
    mkdirSync(screenshots, { recursive: true })
    await page.screenshot({ path: `${screenshots}/events.png` })
    await page.close()
  })
})

describe('Swagger UI in a real browser', () => {
  it('shows that a wrong password is refused', async () => {
    const { page, dialog, signIn } = await openDocs()
    await signIn(admin.username, 'wrong password')
    await dialog.locator('.errors').waitFor()
    expect(await dialog.locator('button', { hasText: 'Logout' }).count()).toBe(0)
    await page.close()
  })

  it('signs in by Authorize, and GET /auth/me then answers 200', async () => {
    const { page, dialog, problems, signIn } = await openDocs()
    await signIn(admin.username, admin.password)
    await dialog.locator('button', { hasText: 'Logout' }).waitFor()
    await dialog.locator('button.close-modal').click()

    const operation = page.locator('.opblock-get').filter({ has: page.locator('[data-path="/auth/me"]') })
    await operation.locator('.opblock-summary-control').click()
    await operation.locator('.try-out__btn').click()
    await operation.locator('button.execute').click()
    const response = operation.locator('.live-responses-table tbody .response')
    await response.waitFor()
    mkdirSync(screenshots, { recursive: true })
    await page.screenshot({ path: `${screenshots}/docs.png`, fullPage: true })
    expect(await response.locator('.response-col_status').first().innerText()).toMatch(/^200/)
    expect(await response.locator('.response-col_description').first().innerText()).toContain('"username": "admin"')
    expect(problems).toEqual([])
  })
})
