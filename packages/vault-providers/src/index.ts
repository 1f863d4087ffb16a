export { google } from './providers/google.js'
export { slack } from './providers/slack.js'
