/**
 * Sends this process SIGTERM, which it passes on, once its parent is gone. A stopped npm stops the shell between itself and us, and the
 * shell keeps the signal to itself: without this, `npm start` would leave its servers behind.
 */
export function endWithParent() {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 250)
  watch.unref()
}
