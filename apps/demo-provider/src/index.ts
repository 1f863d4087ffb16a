export { type ConsentOptions, consentByHttp, consentOnDevicePage } from './consent-by-http.ts'
export { type Person, people } from './people.ts'
export { type DemoProvider, type DemoProviderOptions, startDemoProvider } from './start-demo-provider.ts'
export type { TokenRequestRecord } from './token-request-log.ts'
