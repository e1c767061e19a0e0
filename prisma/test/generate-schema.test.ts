import { type TestDatabase, testDatabase } from '@holdfast/dev/testing'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { describeTables } from '../generate-schema.ts'

let database: TestDatabase
let owner: Client
beforeAll(async () => {
  database = await testDatabase()
  owner = new Client({ connectionString: database.url('owner') })
  await owner.connect()
  await owner.query(`
    create schema shop;
    create type shop.order_state as enum ('OPEN', 'PAID');
    create table shop.big_order (id uuid primary key, state shop.order_state not null, check (state <> 'PAID' or id is not null));
    create table shop.order_line (id uuid primary key, order_id uuid not null references shop.big_order (id), live boolean not null);
    create unique index one_live_line on shop.order_line (order_id) where live;
    create index line_lower on shop.order_line (lower(id::text));
    create table shop.outbox (id uuid primary key);`)
})
afterAll(async () => {
  await owner.end()
  await database.drop()
})

it('describes each Postgres schema in a file of its own, in type names', async () => {
  const files = await describeTables(database.url('owner'))
  expect(files.get('shop.prisma')).toBe(`// Generated from prisma/migrations by "npm run schema". Do not edit.

model BigOrder {
  id         String      @id @db.Uuid
  state      OrderState
  order_line OrderLine[]

  @@map("big_order")
  @@schema("shop")
}

model OrderLine {
  id        String   @id @db.Uuid
  order_id  String   @db.Uuid
  live      Boolean
  big_order BigOrder @relation(fields: [order_id], references: [id], onDelete: NoAction, onUpdate: NoAction)

  @@map("order_line")
  @@schema("shop")
}

model ShopOutbox {
  id String @id @db.Uuid

  @@map("outbox")
  @@schema("shop")
}

enum OrderState {
  OPEN
  PAID

  @@map("order_state")
  @@schema("shop")
}
`)
  expect(files.get('schema.prisma')).toContain('schemas  = ["booking", "fleet", "payment", "shop"]')
})

it('leaves the database as it was', async () => {
  await describeTables(database.url('owner'))
  const { rows } = await owner.query("select from pg_indexes where indexname = 'one_live_line'")
  expect(rows).toHaveLength(1)
})
