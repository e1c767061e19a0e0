import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { BookingRef, Context } from '../context.ts';
import type { Payment as PaymentModel } from '../domain/payment.ts';
import type { Receipt as ReceiptModel } from '../domain/receipt.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant in UTC, ISO 8601 with milliseconds (2026-11-21T08:00:00.000Z). */
  DateTime: { input: Date; output: Date; }
  _FieldSet: { input: unknown; output: unknown; }
};

export type AuthorizePaymentInput = {
  readonly bookingId: Scalars['ID']['input'];
  /** A Stripe PaymentMethod (pm_…), made by Stripe's client library: card data never reaches Holdfast. */
  readonly paymentMethodId: Scalars['ID']['input'];
  /** A UUID that you choose. Send the same one when you repeat the request. */
  readonly requestId: Scalars['ID']['input'];
};

export type AuthorizePaymentResult = AuthorizePaymentSuccess | BookingNotFound | BookingNotPayable | HoldExpired | PaymentActionRequired | PaymentDeclined | PaymentMethodUnusable | PaymentPending | PaymentReleased | RequestIdReused;

/** The amount is authorised and the booking is confirmed. */
export type AuthorizePaymentSuccess = {
  readonly __typename?: 'AuthorizePaymentSuccess';
  readonly booking: Booking;
  readonly payment: Payment;
};

export type Booking = {
  readonly __typename?: 'Booking';
  readonly id: Scalars['ID']['output'];
  /** The latest attempt; null before the first. */
  readonly payment: Maybe<Payment>;
  /** Null until the fare is captured. A ride that cost nothing has no receipt. */
  readonly receipt: Maybe<Receipt>;
};

/** You have no booking with this id. */
export type BookingNotFound = Problem & {
  readonly __typename?: 'BookingNotFound';
  readonly message: Scalars['String']['output'];
};

/** Only a HELD booking can be paid. */
export type BookingNotPayable = Problem & {
  readonly __typename?: 'BookingNotPayable';
  readonly message: Scalars['String']['output'];
  /** Its BookingState. */
  readonly state: Scalars['String']['output'];
};

/** The hold has expired. */
export type HoldExpired = Problem & {
  readonly __typename?: 'HoldExpired';
  readonly expiredAt: Scalars['DateTime']['output'];
  readonly message: Scalars['String']['output'];
};

/** An amount of money. */
export type Money = {
  readonly __typename?: 'Money';
  /** In the minor unit of the currency (cents). */
  readonly amountMinor: Scalars['Int']['output'];
  /** The ISO 4217 code (EUR). */
  readonly currency: Scalars['String']['output'];
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /**
   * Authorises the booking's amount on a card and confirms the booking. Nothing is captured before the ride has ended. After
   * a declined card the hold goes on: pay again with a new `requestId` until it expires (at most 5 attempts).
   */
  readonly authorizePayment: Maybe<AuthorizePaymentResult>;
};


export type MutationAuthorizePaymentArgs = {
  input: AuthorizePaymentInput;
};

/** One attempt to pay for a booking: one Stripe PaymentIntent. */
export type Payment = {
  readonly __typename?: 'Payment';
  /** The amount to authorise, or authorised. */
  readonly amount: Money;
  readonly attempt: Scalars['Int']['output'];
  readonly bookingId: Scalars['ID']['output'];
  /** The captured amount; null before. */
  readonly captured: Maybe<Money>;
  readonly createdAt: Scalars['DateTime']['output'];
  /** Stripe's decline_code or error code (docs.stripe.com/declines/codes); null unless FAILED. */
  readonly declineCode: Maybe<Scalars['String']['output']>;
  readonly id: Scalars['ID']['output'];
  readonly state: PaymentState;
};

/**
 * The bank wants the customer to confirm the payment before the booking's `expiresAt`; until then the booking is PROCESSING.
 * Send them to `redirectUrl`, then subscribe to `bookingStatus`. The same request again returns the page again, or the
 * payment's outcome.
 */
export type PaymentActionRequired = {
  readonly __typename?: 'PaymentActionRequired';
  readonly booking: Booking;
  /** For Stripe's client library; valid for this payment only. */
  readonly clientSecret: Scalars['String']['output'];
  readonly payment: Payment;
  /** The bank's page; null when only the client library can show it. */
  readonly redirectUrl: Maybe<Scalars['String']['output']>;
};

/** The payment was declined, or the customer did not confirm it. The hold goes on until `holdExpiresAt` while `attemptsLeft` is above 0. */
export type PaymentDeclined = Problem & {
  readonly __typename?: 'PaymentDeclined';
  readonly attemptsLeft: Scalars['Int']['output'];
  /** Stripe's decline_code or error code (docs.stripe.com/declines/codes). */
  readonly code: Scalars['String']['output'];
  /** Pay again before this. */
  readonly holdExpiresAt: Scalars['DateTime']['output'];
  readonly message: Scalars['String']['output'];
};

/** Stripe does not know this payment method, or it cannot be used. The bank was not asked. */
export type PaymentMethodUnusable = Problem & {
  readonly __typename?: 'PaymentMethodUnusable';
  readonly attemptsLeft: Scalars['Int']['output'];
  readonly holdExpiresAt: Scalars['DateTime']['output'];
  readonly message: Scalars['String']['output'];
};

/**
 * Stripe has not answered in time. The payment goes on: subscribe to `bookingStatus`, or repeat the request with the same
 * `requestId` to see the outcome. Nothing is charged twice.
 */
export type PaymentPending = {
  readonly __typename?: 'PaymentPending';
  readonly booking: Booking;
  readonly payment: Payment;
};

/** The booking ended before or after the authorisation. Nothing is charged: the authorisation is released. */
export type PaymentReleased = Problem & {
  readonly __typename?: 'PaymentReleased';
  readonly booking: Booking;
  readonly message: Scalars['String']['output'];
  readonly payment: Payment;
};

/** The state of one attempt to pay. The README of this subgraph shows the moves between them. */
export type PaymentState =
  /** The amount is authorised on the card. */
  | 'AUTHORIZED'
  /** Stripe was asked; its answer is not known yet. */
  | 'AUTHORIZING'
  /** The fare was captured; the rest was released. */
  | 'CAPTURED'
  /** Declined; see `declineCode`. */
  | 'FAILED'
  /** The card's bank wants the customer to confirm the payment (3-D Secure). */
  | 'REQUIRES_ACTION'
  /** The authorisation was voided; nothing was captured. */
  | 'VOIDED';

/** Why a request was refused. A refused request has changed nothing. */
export type Problem = {
  /** What happened and what to do next, for people to read. The text may change; programs use the type and its other fields. */
  readonly message: Scalars['String']['output'];
};

export type Query = {
  readonly __typename?: 'Query';
  /** A payment of yours (operators: any payment); null when there is none. */
  readonly payment: Maybe<Payment>;
};


export type QueryPaymentArgs = {
  id: Scalars['ID']['input'];
};

/** What was paid, with the details that § 14 UStG requires. */
export type Receipt = {
  readonly __typename?: 'Receipt';
  readonly gross: Money;
  readonly issuedAt: Scalars['DateTime']['output'];
  readonly lines: ReadonlyArray<ReceiptLine>;
  readonly net: Money;
  /** Numbers have no gap. */
  readonly number: Scalars['String']['output'];
  /** The part of the fare above the authorisation, not captured. */
  readonly outstanding: Money;
  readonly vat: Money;
  /** Hundredths of a percent: 1900 is 19 %. */
  readonly vatBasisPoints: Scalars['Int']['output'];
};

export type ReceiptLine = {
  readonly __typename?: 'ReceiptLine';
  /** UNLOCK, MINUTES (started minutes) or CAP (what the price cap takes off; negative). */
  readonly kind: Scalars['String']['output'];
  readonly quantity: Scalars['Int']['output'];
  readonly total: Money;
  readonly unit: Money;
};

/** The `requestId` was already used for another request. */
export type RequestIdReused = Problem & {
  readonly __typename?: 'RequestIdReused';
  readonly message: Scalars['String']['output'];
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  Booking: Booking;
  Payment: Payment;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Booking:
    ( { __typename: 'Booking' }
    & GraphQLRecursivePick<FederationTypes['Booking'], {"id":true}> );
  Payment:
    ( { __typename: 'Payment' }
    & GraphQLRecursivePick<FederationTypes['Payment'], {"id":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  AuthorizePaymentResult:
    | ( Omit<AuthorizePaymentSuccess, 'booking' | 'payment'> & { booking: _RefType['Booking'], payment: _RefType['Payment'] } & { __typename: 'AuthorizePaymentSuccess' } )
    | ( BookingNotFound & { __typename: 'BookingNotFound' } )
    | ( BookingNotPayable & { __typename: 'BookingNotPayable' } )
    | ( HoldExpired & { __typename: 'HoldExpired' } )
    | ( Omit<PaymentActionRequired, 'booking' | 'payment'> & { booking: _RefType['Booking'], payment: _RefType['Payment'] } & { __typename: 'PaymentActionRequired' } )
    | ( PaymentDeclined & { __typename: 'PaymentDeclined' } )
    | ( PaymentMethodUnusable & { __typename: 'PaymentMethodUnusable' } )
    | ( Omit<PaymentPending, 'booking' | 'payment'> & { booking: _RefType['Booking'], payment: _RefType['Payment'] } & { __typename: 'PaymentPending' } )
    | ( Omit<PaymentReleased, 'booking' | 'payment'> & { booking: _RefType['Booking'], payment: _RefType['Payment'] } & { __typename: 'PaymentReleased' } )
    | ( RequestIdReused & { __typename: 'RequestIdReused' } )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Problem:
    | ( BookingNotFound )
    | ( BookingNotPayable )
    | ( HoldExpired )
    | ( PaymentDeclined )
    | ( PaymentMethodUnusable )
    | ( Omit<PaymentReleased, 'booking' | 'payment'> & { booking: _RefType['Booking'], payment: _RefType['Payment'] } )
    | ( RequestIdReused )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AuthorizePaymentInput: AuthorizePaymentInput;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  AuthorizePaymentResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['AuthorizePaymentResult']>;
  AuthorizePaymentSuccess: ResolverTypeWrapper<Omit<AuthorizePaymentSuccess, 'booking' | 'payment'> & { booking: ResolversTypes['Booking'], payment: ResolversTypes['Payment'] }>;
  Booking: ResolverTypeWrapper<BookingRef>;
  BookingNotFound: ResolverTypeWrapper<BookingNotFound>;
  BookingNotPayable: ResolverTypeWrapper<BookingNotPayable>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  HoldExpired: ResolverTypeWrapper<HoldExpired>;
  Money: ResolverTypeWrapper<Money>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Payment: ResolverTypeWrapper<PaymentModel>;
  PaymentActionRequired: ResolverTypeWrapper<Omit<PaymentActionRequired, 'booking' | 'payment'> & { booking: ResolversTypes['Booking'], payment: ResolversTypes['Payment'] }>;
  PaymentDeclined: ResolverTypeWrapper<PaymentDeclined>;
  PaymentMethodUnusable: ResolverTypeWrapper<PaymentMethodUnusable>;
  PaymentPending: ResolverTypeWrapper<Omit<PaymentPending, 'booking' | 'payment'> & { booking: ResolversTypes['Booking'], payment: ResolversTypes['Payment'] }>;
  PaymentReleased: ResolverTypeWrapper<Omit<PaymentReleased, 'booking' | 'payment'> & { booking: ResolversTypes['Booking'], payment: ResolversTypes['Payment'] }>;
  PaymentState: PaymentState;
  Problem: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Problem']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Receipt: ResolverTypeWrapper<ReceiptModel>;
  ReceiptLine: ResolverTypeWrapper<ReceiptLine>;
  RequestIdReused: ResolverTypeWrapper<RequestIdReused>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AuthorizePaymentInput: AuthorizePaymentInput;
  ID: Scalars['ID']['output'];
  AuthorizePaymentResult: ResolversUnionTypes<ResolversParentTypes>['AuthorizePaymentResult'];
  AuthorizePaymentSuccess: Omit<AuthorizePaymentSuccess, 'booking' | 'payment'> & { booking: ResolversParentTypes['Booking'], payment: ResolversParentTypes['Payment'] };
  Booking: BookingRef;
  BookingNotFound: BookingNotFound;
  BookingNotPayable: BookingNotPayable;
  DateTime: Scalars['DateTime']['output'];
  HoldExpired: HoldExpired;
  Money: Money;
  Mutation: Record<PropertyKey, never>;
  Payment: PaymentModel;
  PaymentActionRequired: Omit<PaymentActionRequired, 'booking' | 'payment'> & { booking: ResolversParentTypes['Booking'], payment: ResolversParentTypes['Payment'] };
  PaymentDeclined: PaymentDeclined;
  PaymentMethodUnusable: PaymentMethodUnusable;
  PaymentPending: Omit<PaymentPending, 'booking' | 'payment'> & { booking: ResolversParentTypes['Booking'], payment: ResolversParentTypes['Payment'] };
  PaymentReleased: Omit<PaymentReleased, 'booking' | 'payment'> & { booking: ResolversParentTypes['Booking'], payment: ResolversParentTypes['Payment'] };
  Problem: ResolversInterfaceTypes<ResolversParentTypes>['Problem'];
  Query: Record<PropertyKey, never>;
  Receipt: ReceiptModel;
  ReceiptLine: ReceiptLine;
  RequestIdReused: RequestIdReused;
  String: Scalars['String']['output'];
  Int: Scalars['Int']['output'];
  Boolean: Scalars['Boolean']['output'];
};

export type RateDirectiveArgs = {
  away?: Scalars['String']['input'];
  count: Scalars['Int']['input'];
  per?: Scalars['String']['input'];
  seconds: Scalars['Int']['input'];
};

export type RateDirectiveResolver<Result, Parent, ContextType = Context, Args = RateDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type AuthorizePaymentResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AuthorizePaymentResult'] = ResolversParentTypes['AuthorizePaymentResult']> = {
  __resolveType: TypeResolveFn<'AuthorizePaymentSuccess' | 'BookingNotFound' | 'BookingNotPayable' | 'HoldExpired' | 'PaymentActionRequired' | 'PaymentDeclined' | 'PaymentMethodUnusable' | 'PaymentPending' | 'PaymentReleased' | 'RequestIdReused', ParentType, ContextType>;
};

export type AuthorizePaymentSuccessResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AuthorizePaymentSuccess'] = ResolversParentTypes['AuthorizePaymentSuccess']> = {
  booking?: Resolver<ResolversTypes['Booking'], ParentType, ContextType>;
  payment?: Resolver<ResolversTypes['Payment'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type BookingResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Booking'] = ResolversParentTypes['Booking'], FederationReferenceType extends FederationReferenceTypes['Booking'] = FederationReferenceTypes['Booking']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Booking']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  payment?: Resolver<Maybe<ResolversTypes['Payment']>, ParentType, ContextType>;
  receipt?: Resolver<Maybe<ResolversTypes['Receipt']>, ParentType, ContextType>;
};

export type BookingNotFoundResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BookingNotFound'] = ResolversParentTypes['BookingNotFound']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type BookingNotPayableResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BookingNotPayable'] = ResolversParentTypes['BookingNotPayable']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type HoldExpiredResolvers<ContextType = Context, ParentType extends ResolversParentTypes['HoldExpired'] = ResolversParentTypes['HoldExpired']> = {
  expiredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MoneyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  amountMinor?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  authorizePayment: Resolver<Maybe<ResolversTypes['AuthorizePaymentResult']>, ParentType, ContextType, RequireFields<MutationAuthorizePaymentArgs, 'input'>>;
};

export type PaymentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Payment'] = ResolversParentTypes['Payment'], FederationReferenceType extends FederationReferenceTypes['Payment'] = FederationReferenceTypes['Payment']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Payment']> | FederationReferenceType, FederationReferenceType, ContextType>;
  amount?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  attempt?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  bookingId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  captured?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  declineCode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['PaymentState'], ParentType, ContextType>;
};

export type PaymentActionRequiredResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PaymentActionRequired'] = ResolversParentTypes['PaymentActionRequired']> = {
  booking?: Resolver<ResolversTypes['Booking'], ParentType, ContextType>;
  clientSecret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  payment?: Resolver<ResolversTypes['Payment'], ParentType, ContextType>;
  redirectUrl?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PaymentDeclinedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PaymentDeclined'] = ResolversParentTypes['PaymentDeclined']> = {
  attemptsLeft?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  holdExpiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PaymentMethodUnusableResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PaymentMethodUnusable'] = ResolversParentTypes['PaymentMethodUnusable']> = {
  attemptsLeft?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  holdExpiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PaymentPendingResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PaymentPending'] = ResolversParentTypes['PaymentPending']> = {
  booking?: Resolver<ResolversTypes['Booking'], ParentType, ContextType>;
  payment?: Resolver<ResolversTypes['Payment'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PaymentReleasedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PaymentReleased'] = ResolversParentTypes['PaymentReleased']> = {
  booking?: Resolver<ResolversTypes['Booking'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  payment?: Resolver<ResolversTypes['Payment'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ProblemResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Problem'] = ResolversParentTypes['Problem']> = {
  __resolveType: TypeResolveFn<'BookingNotFound' | 'BookingNotPayable' | 'HoldExpired' | 'PaymentDeclined' | 'PaymentMethodUnusable' | 'PaymentReleased' | 'RequestIdReused', ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  payment: Resolver<Maybe<ResolversTypes['Payment']>, ParentType, ContextType, RequireFields<QueryPaymentArgs, 'id'>>;
};

export type ReceiptResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Receipt'] = ResolversParentTypes['Receipt']> = {
  gross?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  issuedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lines?: Resolver<ReadonlyArray<ResolversTypes['ReceiptLine']>, ParentType, ContextType>;
  net?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  number?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  outstanding?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  vat?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  vatBasisPoints?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ReceiptLineResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ReceiptLine'] = ResolversParentTypes['ReceiptLine']> = {
  kind?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  quantity?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  unit?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
};

export type RequestIdReusedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RequestIdReused'] = ResolversParentTypes['RequestIdReused']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  AuthorizePaymentResult?: AuthorizePaymentResultResolvers<ContextType>;
  AuthorizePaymentSuccess?: AuthorizePaymentSuccessResolvers<ContextType>;
  Booking?: BookingResolvers<ContextType>;
  BookingNotFound?: BookingNotFoundResolvers<ContextType>;
  BookingNotPayable?: BookingNotPayableResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  HoldExpired?: HoldExpiredResolvers<ContextType>;
  Money?: MoneyResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Payment?: PaymentResolvers<ContextType>;
  PaymentActionRequired?: PaymentActionRequiredResolvers<ContextType>;
  PaymentDeclined?: PaymentDeclinedResolvers<ContextType>;
  PaymentMethodUnusable?: PaymentMethodUnusableResolvers<ContextType>;
  PaymentPending?: PaymentPendingResolvers<ContextType>;
  PaymentReleased?: PaymentReleasedResolvers<ContextType>;
  Problem?: ProblemResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  Receipt?: ReceiptResolvers<ContextType>;
  ReceiptLine?: ReceiptLineResolvers<ContextType>;
  RequestIdReused?: RequestIdReusedResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Context> = {
  rate?: RateDirectiveResolver<any, any, ContextType>;
};
