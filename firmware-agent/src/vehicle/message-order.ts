/** `(epoch, seq)` orders the messages of one vehicle: the epoch is random and new with each boot of the agent. */
export interface MessageOrder {
  readonly epoch: string
  nextSeq(): number
}

export function messageOrder(epoch: string): MessageOrder {
  let seq = 0
  return {
    epoch,
    nextSeq() {
      seq += 1
      return seq
    },
  }
}
