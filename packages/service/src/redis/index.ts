export * from './change-feed.ts'
export * from './client.ts'
