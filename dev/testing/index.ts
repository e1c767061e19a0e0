/** What tests run against: real servers on loopback, each of its own. Nothing has to run before. */
export { type TestDatabase, testDatabase } from './test-database.ts'
export { type TestBroker, testBroker, testRedis } from './test-servers.ts'
