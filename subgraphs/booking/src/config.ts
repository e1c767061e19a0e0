import { subgraphConfig } from '@holdfast/service/graphql'
import { readConfig } from '@holdfast/service/process'

/** The configuration of this process, from its environment. */
export const config = () => readConfig(subgraphConfig, process.env)
