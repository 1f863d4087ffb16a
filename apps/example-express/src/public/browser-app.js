// Signs people in through the vault, and calls the provider's API from the page with their token.
import { createBrowserClient } from '/assets/vault-client/browser.js'

const app = document.querySelector('#browser-app')
const { application, connection, api } = app.dataset
const vault = createBrowserClient({ url: location.origin, applicationId: application })
const say = (text) => {
  app.querySelector('[data-state]').textContent = text
}

const ACTIONS = {
  'sign-in': () =>
    vault.authenticate({
      connectionId: connection,
      connectionProperties: { scope: 'openid profile offline_access files.read', prompt: 'consent' },
    }),
  read: async () => {
    const { accessToken } = await vault.getConnectionCredentials()
    const answer = await fetch(new URL('files', api), { headers: { authorization: `Bearer ${accessToken}` } })
    if (!answer.ok) throw new Error(`Driftbox answered ${answer.status}.`)
    const { files } = await answer.json()
    app
      .querySelector('[data-files]')
      .replaceChildren(...files.map(({ name }) => Object.assign(document.createElement('li'), { textContent: name })))
    say(`${files.length} files, read from this page at ${new Date().toLocaleTimeString()}.`)
  },
  'sign-out': async () => {
    await vault.logout()
    app.querySelector('[data-files]').replaceChildren()
    show(undefined)
  },
}

for (const button of app.querySelectorAll('[data-action]')) button.addEventListener('click', () => attempt(ACTIONS[button.dataset.action]))
void attempt(async () => show(await vault.session()))

function show(session) {
  app.querySelector('[data-signed-out]').hidden = session !== undefined
  app.querySelector('[data-signed-in]').hidden = session === undefined
  say(session ? `Signed in through the vault as ${session.name ?? session.userId}.` : 'Nobody is signed in here.')
}

async function attempt(action) {
  try {
    await action()
  } catch (error) {
    const known = { authorization_denied: 'Access was not granted at Driftbox, so nobody is signed in.' }[error.code]
    if (known || error.code === 'unauthenticated') show(undefined)
    say(known ?? error.message)
  }
}
