import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** All metrics of this process, served at /metrics. */
export const registry = new Registry()
collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 })

export const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
  new Counter({ name: `holdfast_${name}`, help, labelNames: [...labelNames], registers: [registry] })

export const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
  new Gauge({ name: `holdfast_${name}`, help, labelNames: [...labelNames], registers: [registry] })

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** A histogram of seconds, by default in buckets from a millisecond to ten seconds. */
export const histogram = <L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[] = [],
  buckets: readonly number[] = seconds,
) =>
  new Histogram({
    name: `holdfast_${name}`,
    help,
    labelNames: [...labelNames],
    buckets: [...buckets],
    registers: [registry],
  })
