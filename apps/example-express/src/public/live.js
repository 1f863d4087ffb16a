// Counts down to the end of tokens, and adds rows to tables as the server tells of them. The pages work without it.
for (const time of document.querySelectorAll('[data-countdown]')) countDown(time)
for (const frame of document.querySelectorAll('[data-live]')) follow(frame)

function countDown(time) {
  const endMs = Date.parse(time.dateTime)
  time.title = time.textContent
  const show = () => {
    const leftS = Math.ceil((endMs - Date.now()) / 1000)
    time.textContent = leftS > 0 ? `in ${wording(leftS)}` : time.dataset.whenOver
    time.dataset.countdown = leftS > 0 ? 'running' : 'over'
    if (leftS <= 0) clearInterval(timer)
  }
  const timer = setInterval(show, 500)
  show()
}

function wording(seconds) {
  if (seconds < 60) return `${seconds} s`
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${Math.floor(seconds / 3600)} h`
}

function follow(frame) {
  const source = new EventSource(frame.dataset.live)
  const state = document.querySelector('[data-live-state]')
  const say = (live) => {
    frame.dataset.state = live ? 'live' : 'lost'
    if (!state) return
    state.textContent = live ? 'Live' : 'Connecting again …'
    state.dataset.liveState = live ? 'live' : 'lost'
  }
  source.addEventListener('open', () => say(true))
  source.addEventListener('error', () => say(false))
  source.addEventListener('message', ({ data }) => {
    const { row, figures } = JSON.parse(data)
    frame.querySelector('tbody').prepend(rowOf(frame, row))
    frame.querySelector('.empty').hidden = true
    for (const [name, text] of Object.entries(figures)) {
      const place = document.querySelector(`[data-figure="${name}"]`)
      if (place) place.textContent = text
    }
  })
}

function rowOf(frame, row) {
  const element = frame.querySelector('template').content.firstElementChild.cloneNode(true)
  element.dataset.tone = row.tone
  element.classList.add('new')
  for (const cell of element.children) cell.textContent = row[cell.dataset.cell] ?? ''
  return element
}
