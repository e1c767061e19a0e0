import { subgraphConfig } from '@holdfast/service/graphql'
import { readConfig } from '@holdfast/service/process'

/** The environment of this process, read once: when something is wrong, all of it is named and the process does not start. */
export const config = readConfig(subgraphConfig, process.env)
