import { batchedStdout, createLog, runProcess } from '@holdfast/service/process'
import { gatewayConfig } from './config.ts'
import { gateway } from './gateway.ts'

const config = gatewayConfig()
const log = createLog('gateway', config.logLevel, batchedStdout())
await runProcess(log, gateway(config, log).steps)
