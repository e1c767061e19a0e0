import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { BookingRef, Context } from '../context.ts';
import type { Command as CommandModel } from '../domain/command.ts';
import type { Trip as TripModel } from '../store/trips.ts';
import type { VehicleView } from '../domain/vehicle-view.ts';
import type { VehicleType as VehicleTypeModel } from '../domain/vehicle-type.ts';
import type { Zone as ZoneModel } from '../domain/zones.ts';
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

export type Booking = {
  readonly __typename?: 'Booking';
  /** Commands issued to the vehicle, newest first. */
  readonly commands: ReadonlyArray<Command>;
  readonly id: Scalars['ID']['output'];
  /** The trip of this booking; null before the vehicle was unlocked. */
  readonly trip: Maybe<Trip>;
};

/** The booking is not paid for, or it has already started or ended. */
export type BookingNotConfirmed = Problem & {
  readonly __typename?: 'BookingNotConfirmed';
  readonly message: Scalars['String']['output'];
  /** Its BookingState. */
  readonly state: Scalars['String']['output'];
};

/** The viewer has no such booking. */
export type BookingNotFound = Problem & {
  readonly __typename?: 'BookingNotFound';
  readonly message: Scalars['String']['output'];
};

/** A rectangle on the map, at most 50 km on a side, not across the antimeridian. */
export type BoxInput = {
  readonly east: Scalars['Float']['input'];
  readonly north: Scalars['Float']['input'];
  readonly south: Scalars['Float']['input'];
  readonly west: Scalars['Float']['input'];
};

/** A signed instruction to a vehicle. It is valid for seconds and executed at most once. */
export type Command = {
  readonly __typename?: 'Command';
  readonly action: CommandAction;
  /** After this the vehicle no longer executes it. */
  readonly expiresAt: Scalars['DateTime']['output'];
  readonly id: Scalars['ID']['output'];
  /** Why the vehicle refused: MOVING, LOW_BATTERY, JAMMED, EXPIRED, REPLAY, …; null unless REFUSED. */
  readonly refusalCode: Maybe<Scalars['String']['output']>;
  readonly requestedAt: Scalars['DateTime']['output'];
  readonly settledAt: Maybe<Scalars['DateTime']['output']>;
  readonly state: CommandState;
};

export type CommandAction =
  | 'LOCK'
  | 'UNLOCK';

/** The states of a command; the README of this subgraph shows the moves between them. */
export type CommandState =
  /** The vehicle has received it and is executing it. */
  | 'ACCEPTED'
  /** Executed, as the sensor of the lock confirms. */
  | 'EXECUTED'
  /** The vehicle refused it; see `refusalCode`. */
  | 'REFUSED'
  /** Issued, and not sent yet. */
  | 'REQUESTED'
  /** The message broker has taken it. */
  | 'SENT'
  /**
   * No answer before it expired. The vehicle will not execute it any more; but it may have executed it in time, and then a
   * late answer makes it EXECUTED.
   */
  | 'TIMED_OUT';

/** The vehicle is still executing another command. */
export type CommandUnderWay = Problem & {
  readonly __typename?: 'CommandUnderWay';
  readonly command: Command;
  readonly message: Scalars['String']['output'];
};

/** The booking had to be started before `expiredAt`. */
export type ConfirmationExpired = Problem & {
  readonly __typename?: 'ConfirmationExpired';
  readonly expiredAt: Scalars['DateTime']['output'];
  readonly message: Scalars['String']['output'];
};

/** Every reason why the trip cannot end, at once. */
export type EndTripBlocked = Problem & {
  readonly __typename?: 'EndTripBlocked';
  readonly blockers: ReadonlyArray<EndTripBlocker>;
  readonly message: Scalars['String']['output'];
};

export type EndTripBlocker = InNoParkingZone | NotInParkingZone | StillMoving | VehicleUnreachable;

export type EndTripInput = {
  readonly bookingId: Scalars['ID']['input'];
  /** A UUID made by the client. A repetition of the request has the same one. */
  readonly requestId: Scalars['ID']['input'];
};

export type EndTripResult = BookingNotFound | CommandUnderWay | EndTripBlocked | EndTripSuccess | RequestIdReused | TripNotRunning;

/** The LOCK command is issued. The trip ends when the vehicle has executed it. Watch `commandStatus` and `bookingStatus`. */
export type EndTripSuccess = {
  readonly __typename?: 'EndTripSuccess';
  readonly command: Command;
};

/** GBFS 3.0 vehicle_types.form_factor. */
export type FormFactor =
  | 'BICYCLE'
  | 'CAR'
  | 'MOPED'
  | 'SCOOTER_STANDING';

/** The vehicle is in a zone where parking is forbidden. */
export type InNoParkingZone = Problem & {
  readonly __typename?: 'InNoParkingZone';
  readonly message: Scalars['String']['output'];
  readonly zone: Zone;
};

/** Coordinates or sizes that are not possible. */
export type InvalidArea = Problem & {
  readonly __typename?: 'InvalidArea';
  /** Every fault, in words. */
  readonly faults: ReadonlyArray<Scalars['String']['output']>;
  readonly message: Scalars['String']['output'];
};

/** Values of the filter that are not possible. */
export type InvalidFilter = Problem & {
  readonly __typename?: 'InvalidFilter';
  readonly faults: ReadonlyArray<Scalars['String']['output']>;
  readonly message: Scalars['String']['output'];
};

export type LockState =
  | 'LOCKED'
  | 'UNLOCKED';

export type Mutation = {
  readonly __typename?: 'Mutation';
  /**
   * Ends the trip. The vehicle must stand still in a parking zone; it is then locked. Watch `commandStatus` and
   * `bookingStatus` for the result. If the trip cannot end, all reasons are listed at once.
   */
  readonly endTrip: Maybe<EndTripResult>;
  /** Operators: takes a vehicle that nobody uses out of service, or puts it back. */
  readonly setVehicleService: Maybe<SetVehicleServiceResult>;
  /**
   * Unlocks the vehicle of a confirmed booking. Answers as soon as the command is issued; `commandStatus` reports what the
   * vehicle did. The same `requestId` returns the same command.
   */
  readonly unlockVehicle: Maybe<UnlockVehicleResult>;
};


export type MutationEndTripArgs = {
  input: EndTripInput;
};


export type MutationSetVehicleServiceArgs = {
  input: SetVehicleServiceInput;
};


export type MutationUnlockVehicleArgs = {
  input: UnlockVehicleInput;
};

export type NearVehicle = {
  readonly __typename?: 'NearVehicle';
  /** As the crow flies, rounded to whole metres. */
  readonly distanceMeters: Scalars['Int']['output'];
  readonly vehicle: Vehicle;
};

/** The vehicle is not in a zone where a trip may end. */
export type NotInParkingZone = Problem & {
  readonly __typename?: 'NotInParkingZone';
  /** To the edge of the nearest parking zone. */
  readonly distanceMeters: Maybe<Scalars['Int']['output']>;
  readonly message: Scalars['String']['output'];
  readonly nearest: Maybe<Zone>;
};

export type Position = {
  readonly __typename?: 'Position';
  readonly latitude: Scalars['Float']['output'];
  readonly longitude: Scalars['Float']['output'];
};

/** Degrees, WGS 84. */
export type PositionInput = {
  /** -90 to 90. */
  readonly latitude: Scalars['Float']['input'];
  /** -180 to 180. */
  readonly longitude: Scalars['Float']['input'];
};

/** Why a request was refused. A refused request has changed nothing. */
export type Problem = {
  /** What happened and what to do next, for people to read. The text may change; programs use the type and its other fields. */
  readonly message: Scalars['String']['output'];
};

export type Query = {
  readonly __typename?: 'Query';
  /** A vehicle by its public id; null when you may not see it. Ids change after each ride. */
  readonly vehicle: Maybe<Vehicle>;
  /** Vehicles that can be rented now, nearest first. */
  readonly vehiclesNear: VehiclesNearResult;
  /** Zones in a box: where a trip may end, and where it may not. */
  readonly zones: ReadonlyArray<Zone>;
};


export type QueryVehicleArgs = {
  id: Scalars['ID']['input'];
};


export type QueryVehiclesNearArgs = {
  filter?: InputMaybe<VehicleFilter>;
  first?: Scalars['Int']['input'];
  near: PositionInput;
  radiusMeters?: Scalars['Int']['input'];
};


export type QueryZonesArgs = {
  box: BoxInput;
};

/** The `requestId` was already used for a different request. */
export type RequestIdReused = Problem & {
  readonly __typename?: 'RequestIdReused';
  readonly message: Scalars['String']['output'];
};

export type SetVehicleServiceInput = {
  readonly inService: Scalars['Boolean']['input'];
  readonly vehicleId: Scalars['ID']['input'];
};

export type SetVehicleServiceResult = SetVehicleServiceSuccess | VehicleInUse | VehicleNotFound;

export type SetVehicleServiceSuccess = {
  readonly __typename?: 'SetVehicleServiceSuccess';
  readonly vehicle: Vehicle;
};

/** The vehicle does not stand still. */
export type StillMoving = Problem & {
  readonly __typename?: 'StillMoving';
  readonly message: Scalars['String']['output'];
  /** Metres per second. */
  readonly speed: Scalars['Float']['output'];
};

export type Subscription = {
  readonly __typename?: 'Subscription';
  /** The booking's latest command (null before the first), then every change. For its rider and operators. */
  readonly commandStatus: Maybe<Command>;
  /**
   * The same as `commandStatus`, under its former name.
   * @deprecated Use commandStatus.
   */
  readonly unlockStatus: Maybe<Command>;
  /**
   * The live map of a box: first everything (`snapshot` true), then changes, at most twice a second. Riders see the vehicles
   * that can be rented, and their own. Operators see all. A client that is too slow gets the error `TOO_SLOW` and must
   * subscribe again: with a change missing, its map would be wrong.
   */
  readonly vehicleAvailability: VehicleAvailability;
};


export type SubscriptionCommandStatusArgs = {
  bookingId: Scalars['ID']['input'];
};


export type SubscriptionUnlockStatusArgs = {
  bookingId: Scalars['ID']['input'];
};


export type SubscriptionVehicleAvailabilityArgs = {
  box: BoxInput;
  filter?: InputMaybe<VehicleFilter>;
};

export type Trip = {
  readonly __typename?: 'Trip';
  readonly distanceMeters: Maybe<Scalars['Int']['output']>;
  /** Null while the trip is running. */
  readonly endedAt: Maybe<Scalars['DateTime']['output']>;
  readonly from: Position;
  readonly id: Scalars['ID']['output'];
  readonly startedAt: Scalars['DateTime']['output'];
  readonly to: Maybe<Position>;
};

/** The trip of this booking has not begun, or has already ended. */
export type TripNotRunning = Problem & {
  readonly __typename?: 'TripNotRunning';
  readonly message: Scalars['String']['output'];
};

export type UnlockVehicleInput = {
  readonly bookingId: Scalars['ID']['input'];
  /** A UUID made by the client. A repetition of the request has the same one. */
  readonly requestId: Scalars['ID']['input'];
};

export type UnlockVehicleResult = BookingNotConfirmed | BookingNotFound | CommandUnderWay | ConfirmationExpired | RequestIdReused | UnlockVehicleSuccess | VehicleOutOfService | VehicleUnreachable;

/** The command is issued. Watch `commandStatus`. */
export type UnlockVehicleSuccess = {
  readonly __typename?: 'UnlockVehicleSuccess';
  readonly command: Command;
};

export type Vehicle = {
  readonly __typename?: 'Vehicle';
  readonly batteryPercent: Scalars['Int']['output'];
  /** Public, and a new one after each ride (GBFS 3.0, vehicle_id). */
  readonly id: Scalars['ID']['output'];
  readonly lastSeenAt: Maybe<Scalars['DateTime']['output']>;
  /** Only for its rider and operators. */
  readonly lock: Maybe<LockState>;
  readonly position: Position;
  readonly rangeMeters: Scalars['Int']['output'];
  /** Metres per second; 0 when parked. */
  readonly speed: Scalars['Float']['output'];
  readonly state: VehicleState;
  readonly type: VehicleType;
};

export type VehicleAvailability = {
  readonly __typename?: 'VehicleAvailability';
  /** Vehicles to remove from the map. */
  readonly goneIds: ReadonlyArray<Scalars['ID']['output']>;
  /** Rises by one with every message of this subscription. If a number is missing, a message was lost: subscribe again. */
  readonly sequence: Scalars['Int']['output'];
  /** True for the first message and after a gap: discard what you have and show only this. */
  readonly snapshot: Scalars['Boolean']['output'];
  /** There were more vehicles than a map can show (500). Zoom in. */
  readonly truncated: Scalars['Boolean']['output'];
  /** New, moved or changed. */
  readonly vehicles: ReadonlyArray<Vehicle>;
};

export type VehicleFilter = {
  /** GBFS form factors. */
  readonly formFactors?: InputMaybe<ReadonlyArray<FormFactor>>;
  /** 0 to 100. */
  readonly minBatteryPercent?: InputMaybe<Scalars['Int']['input']>;
  readonly minRangeMeters?: InputMaybe<Scalars['Int']['input']>;
};

/** A rider has the vehicle. */
export type VehicleInUse = Problem & {
  readonly __typename?: 'VehicleInUse';
  readonly message: Scalars['String']['output'];
  readonly state: VehicleState;
};

/** There is no vehicle with this id. */
export type VehicleNotFound = Problem & {
  readonly __typename?: 'VehicleNotFound';
  readonly message: Scalars['String']['output'];
};

/** An operator has taken the vehicle out of service. Cancel the booking; nothing is charged. */
export type VehicleOutOfService = Problem & {
  readonly __typename?: 'VehicleOutOfService';
  readonly message: Scalars['String']['output'];
};

/** MDS 2.0 micromobility vehicle states. */
export type VehicleState =
  | 'AVAILABLE'
  /** Without radio contact for a while. */
  | 'NON_CONTACTABLE'
  | 'NON_OPERATIONAL'
  | 'ON_TRIP'
  | 'REMOVED'
  | 'RESERVED';

export type VehicleType = {
  readonly __typename?: 'VehicleType';
  readonly formFactor: FormFactor;
  readonly id: Scalars['ID']['output'];
  readonly maxRangeMeters: Scalars['Int']['output'];
  readonly name: Scalars['String']['output'];
  /** GBFS 3.0 vehicle_types.propulsion_type. */
  readonly propulsionType: Scalars['String']['output'];
};

/** The vehicle has no radio contact: the command would expire before it could be received. */
export type VehicleUnreachable = Problem & {
  readonly __typename?: 'VehicleUnreachable';
  readonly lastSeenAt: Maybe<Scalars['DateTime']['output']>;
  readonly message: Scalars['String']['output'];
};

export type VehiclesNear = {
  readonly __typename?: 'VehiclesNear';
  /** At most `first`. */
  readonly vehicles: ReadonlyArray<NearVehicle>;
};

export type VehiclesNearResult = InvalidArea | InvalidFilter | VehiclesNear;

export type Zone = {
  readonly __typename?: 'Zone';
  /** GeoJSON Polygon or MultiPolygon, as JSON text. */
  readonly area: Scalars['String']['output'];
  readonly id: Scalars['ID']['output'];
  readonly kind: ZoneKind;
  readonly name: Scalars['String']['output'];
};

export type ZoneKind =
  /** Where a trip may not end, even inside another zone. */
  | 'NO_PARKING'
  /** Where a trip may end. */
  | 'PARKING'
  /** Where vehicles can be used. */
  | 'SERVICE_AREA';



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
  Command: Command;
  Trip: Trip;
  Vehicle: Vehicle;
  Zone: Zone;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Booking:
    ( { __typename: 'Booking' }
    & GraphQLRecursivePick<FederationTypes['Booking'], {"id":true}> );
  Command:
    ( { __typename: 'Command' }
    & GraphQLRecursivePick<FederationTypes['Command'], {"id":true}> );
  Trip:
    ( { __typename: 'Trip' }
    & GraphQLRecursivePick<FederationTypes['Trip'], {"id":true}> );
  Vehicle:
    ( { __typename: 'Vehicle' }
    & GraphQLRecursivePick<FederationTypes['Vehicle'], {"id":true}> );
  Zone:
    ( { __typename: 'Zone' }
    & GraphQLRecursivePick<FederationTypes['Zone'], {"id":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  EndTripBlocker:
    | ( Omit<InNoParkingZone, 'zone'> & { zone: _RefType['Zone'] } & { __typename: 'InNoParkingZone' } )
    | ( Omit<NotInParkingZone, 'nearest'> & { nearest?: Maybe<_RefType['Zone']> } & { __typename: 'NotInParkingZone' } )
    | ( StillMoving & { __typename: 'StillMoving' } )
    | ( VehicleUnreachable & { __typename: 'VehicleUnreachable' } )
  ;
  EndTripResult:
    | ( BookingNotFound & { __typename: 'BookingNotFound' } )
    | ( Omit<CommandUnderWay, 'command'> & { command: _RefType['Command'] } & { __typename: 'CommandUnderWay' } )
    | ( Omit<EndTripBlocked, 'blockers'> & { blockers: ReadonlyArray<_RefType['EndTripBlocker']> } & { __typename: 'EndTripBlocked' } )
    | ( Omit<EndTripSuccess, 'command'> & { command: _RefType['Command'] } & { __typename: 'EndTripSuccess' } )
    | ( RequestIdReused & { __typename: 'RequestIdReused' } )
    | ( TripNotRunning & { __typename: 'TripNotRunning' } )
  ;
  SetVehicleServiceResult:
    | ( Omit<SetVehicleServiceSuccess, 'vehicle'> & { vehicle: _RefType['Vehicle'] } & { __typename: 'SetVehicleServiceSuccess' } )
    | ( VehicleInUse & { __typename: 'VehicleInUse' } )
    | ( VehicleNotFound & { __typename: 'VehicleNotFound' } )
  ;
  UnlockVehicleResult:
    | ( BookingNotConfirmed & { __typename: 'BookingNotConfirmed' } )
    | ( BookingNotFound & { __typename: 'BookingNotFound' } )
    | ( Omit<CommandUnderWay, 'command'> & { command: _RefType['Command'] } & { __typename: 'CommandUnderWay' } )
    | ( ConfirmationExpired & { __typename: 'ConfirmationExpired' } )
    | ( RequestIdReused & { __typename: 'RequestIdReused' } )
    | ( Omit<UnlockVehicleSuccess, 'command'> & { command: _RefType['Command'] } & { __typename: 'UnlockVehicleSuccess' } )
    | ( VehicleOutOfService & { __typename: 'VehicleOutOfService' } )
    | ( VehicleUnreachable & { __typename: 'VehicleUnreachable' } )
  ;
  VehiclesNearResult:
    | ( InvalidArea & { __typename: 'InvalidArea' } )
    | ( InvalidFilter & { __typename: 'InvalidFilter' } )
    | ( Omit<VehiclesNear, 'vehicles'> & { vehicles: ReadonlyArray<_RefType['NearVehicle']> } & { __typename: 'VehiclesNear' } )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Problem:
    | ( BookingNotConfirmed )
    | ( BookingNotFound )
    | ( Omit<CommandUnderWay, 'command'> & { command: _RefType['Command'] } )
    | ( ConfirmationExpired )
    | ( Omit<EndTripBlocked, 'blockers'> & { blockers: ReadonlyArray<_RefType['EndTripBlocker']> } )
    | ( Omit<InNoParkingZone, 'zone'> & { zone: _RefType['Zone'] } )
    | ( InvalidArea )
    | ( InvalidFilter )
    | ( Omit<NotInParkingZone, 'nearest'> & { nearest?: Maybe<_RefType['Zone']> } )
    | ( RequestIdReused )
    | ( StillMoving )
    | ( TripNotRunning )
    | ( VehicleInUse )
    | ( VehicleNotFound )
    | ( VehicleOutOfService )
    | ( VehicleUnreachable )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Booking: ResolverTypeWrapper<BookingRef>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  BookingNotConfirmed: ResolverTypeWrapper<BookingNotConfirmed>;
  BookingNotFound: ResolverTypeWrapper<BookingNotFound>;
  BoxInput: BoxInput;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  Command: ResolverTypeWrapper<CommandModel>;
  CommandAction: CommandAction;
  CommandState: CommandState;
  CommandUnderWay: ResolverTypeWrapper<Omit<CommandUnderWay, 'command'> & { command: ResolversTypes['Command'] }>;
  ConfirmationExpired: ResolverTypeWrapper<ConfirmationExpired>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  EndTripBlocked: ResolverTypeWrapper<Omit<EndTripBlocked, 'blockers'> & { blockers: ReadonlyArray<ResolversTypes['EndTripBlocker']> }>;
  EndTripBlocker: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['EndTripBlocker']>;
  EndTripInput: EndTripInput;
  EndTripResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['EndTripResult']>;
  EndTripSuccess: ResolverTypeWrapper<Omit<EndTripSuccess, 'command'> & { command: ResolversTypes['Command'] }>;
  FormFactor: FormFactor;
  InNoParkingZone: ResolverTypeWrapper<Omit<InNoParkingZone, 'zone'> & { zone: ResolversTypes['Zone'] }>;
  InvalidArea: ResolverTypeWrapper<InvalidArea>;
  InvalidFilter: ResolverTypeWrapper<InvalidFilter>;
  LockState: LockState;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NearVehicle: ResolverTypeWrapper<Omit<NearVehicle, 'vehicle'> & { vehicle: ResolversTypes['Vehicle'] }>;
  NotInParkingZone: ResolverTypeWrapper<Omit<NotInParkingZone, 'nearest'> & { nearest?: Maybe<ResolversTypes['Zone']> }>;
  Position: ResolverTypeWrapper<Position>;
  PositionInput: PositionInput;
  Problem: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Problem']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RequestIdReused: ResolverTypeWrapper<RequestIdReused>;
  SetVehicleServiceInput: SetVehicleServiceInput;
  SetVehicleServiceResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['SetVehicleServiceResult']>;
  SetVehicleServiceSuccess: ResolverTypeWrapper<Omit<SetVehicleServiceSuccess, 'vehicle'> & { vehicle: ResolversTypes['Vehicle'] }>;
  StillMoving: ResolverTypeWrapper<StillMoving>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Trip: ResolverTypeWrapper<TripModel>;
  TripNotRunning: ResolverTypeWrapper<TripNotRunning>;
  UnlockVehicleInput: UnlockVehicleInput;
  UnlockVehicleResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['UnlockVehicleResult']>;
  UnlockVehicleSuccess: ResolverTypeWrapper<Omit<UnlockVehicleSuccess, 'command'> & { command: ResolversTypes['Command'] }>;
  Vehicle: ResolverTypeWrapper<VehicleView>;
  VehicleAvailability: ResolverTypeWrapper<Omit<VehicleAvailability, 'vehicles'> & { vehicles: ReadonlyArray<ResolversTypes['Vehicle']> }>;
  VehicleFilter: VehicleFilter;
  VehicleInUse: ResolverTypeWrapper<VehicleInUse>;
  VehicleNotFound: ResolverTypeWrapper<VehicleNotFound>;
  VehicleOutOfService: ResolverTypeWrapper<VehicleOutOfService>;
  VehicleState: VehicleState;
  VehicleType: ResolverTypeWrapper<VehicleTypeModel>;
  VehicleUnreachable: ResolverTypeWrapper<VehicleUnreachable>;
  VehiclesNear: ResolverTypeWrapper<Omit<VehiclesNear, 'vehicles'> & { vehicles: ReadonlyArray<ResolversTypes['NearVehicle']> }>;
  VehiclesNearResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['VehiclesNearResult']>;
  Zone: ResolverTypeWrapper<ZoneModel>;
  ZoneKind: ZoneKind;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Booking: BookingRef;
  ID: Scalars['ID']['output'];
  BookingNotConfirmed: BookingNotConfirmed;
  BookingNotFound: BookingNotFound;
  BoxInput: BoxInput;
  Float: Scalars['Float']['output'];
  Command: CommandModel;
  CommandUnderWay: Omit<CommandUnderWay, 'command'> & { command: ResolversParentTypes['Command'] };
  ConfirmationExpired: ConfirmationExpired;
  DateTime: Scalars['DateTime']['output'];
  EndTripBlocked: Omit<EndTripBlocked, 'blockers'> & { blockers: ReadonlyArray<ResolversParentTypes['EndTripBlocker']> };
  EndTripBlocker: ResolversUnionTypes<ResolversParentTypes>['EndTripBlocker'];
  EndTripInput: EndTripInput;
  EndTripResult: ResolversUnionTypes<ResolversParentTypes>['EndTripResult'];
  EndTripSuccess: Omit<EndTripSuccess, 'command'> & { command: ResolversParentTypes['Command'] };
  InNoParkingZone: Omit<InNoParkingZone, 'zone'> & { zone: ResolversParentTypes['Zone'] };
  InvalidArea: InvalidArea;
  InvalidFilter: InvalidFilter;
  Mutation: Record<PropertyKey, never>;
  NearVehicle: Omit<NearVehicle, 'vehicle'> & { vehicle: ResolversParentTypes['Vehicle'] };
  NotInParkingZone: Omit<NotInParkingZone, 'nearest'> & { nearest?: Maybe<ResolversParentTypes['Zone']> };
  Position: Position;
  PositionInput: PositionInput;
  Problem: ResolversInterfaceTypes<ResolversParentTypes>['Problem'];
  Query: Record<PropertyKey, never>;
  RequestIdReused: RequestIdReused;
  SetVehicleServiceInput: SetVehicleServiceInput;
  SetVehicleServiceResult: ResolversUnionTypes<ResolversParentTypes>['SetVehicleServiceResult'];
  SetVehicleServiceSuccess: Omit<SetVehicleServiceSuccess, 'vehicle'> & { vehicle: ResolversParentTypes['Vehicle'] };
  StillMoving: StillMoving;
  Subscription: Record<PropertyKey, never>;
  Trip: TripModel;
  TripNotRunning: TripNotRunning;
  UnlockVehicleInput: UnlockVehicleInput;
  UnlockVehicleResult: ResolversUnionTypes<ResolversParentTypes>['UnlockVehicleResult'];
  UnlockVehicleSuccess: Omit<UnlockVehicleSuccess, 'command'> & { command: ResolversParentTypes['Command'] };
  Vehicle: VehicleView;
  VehicleAvailability: Omit<VehicleAvailability, 'vehicles'> & { vehicles: ReadonlyArray<ResolversParentTypes['Vehicle']> };
  VehicleFilter: VehicleFilter;
  VehicleInUse: VehicleInUse;
  VehicleNotFound: VehicleNotFound;
  VehicleOutOfService: VehicleOutOfService;
  VehicleType: VehicleTypeModel;
  VehicleUnreachable: VehicleUnreachable;
  VehiclesNear: Omit<VehiclesNear, 'vehicles'> & { vehicles: ReadonlyArray<ResolversParentTypes['NearVehicle']> };
  VehiclesNearResult: ResolversUnionTypes<ResolversParentTypes>['VehiclesNearResult'];
  Zone: ZoneModel;
  String: Scalars['String']['output'];
  Boolean: Scalars['Boolean']['output'];
  Int: Scalars['Int']['output'];
};

export type LiveDirectiveArgs = {
  identity?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
  key?: Maybe<Scalars['String']['input']>;
  slow?: Scalars['String']['input'];
  snapshot?: Scalars['Boolean']['input'];
};

export type LiveDirectiveResolver<Result, Parent, ContextType = Context, Args = LiveDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type RateDirectiveArgs = {
  away?: Scalars['String']['input'];
  count: Scalars['Int']['input'];
  per?: Scalars['String']['input'];
  seconds: Scalars['Int']['input'];
};

export type RateDirectiveResolver<Result, Parent, ContextType = Context, Args = RateDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type BookingResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Booking'] = ResolversParentTypes['Booking'], FederationReferenceType extends FederationReferenceTypes['Booking'] = FederationReferenceTypes['Booking']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Booking']> | FederationReferenceType, FederationReferenceType, ContextType>;
  commands?: Resolver<ReadonlyArray<ResolversTypes['Command']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  trip?: Resolver<Maybe<ResolversTypes['Trip']>, ParentType, ContextType>;
};

export type BookingNotConfirmedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BookingNotConfirmed'] = ResolversParentTypes['BookingNotConfirmed']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type BookingNotFoundResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BookingNotFound'] = ResolversParentTypes['BookingNotFound']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CommandResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Command'] = ResolversParentTypes['Command'], FederationReferenceType extends FederationReferenceTypes['Command'] = FederationReferenceTypes['Command']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Command']> | FederationReferenceType, FederationReferenceType, ContextType>;
  action?: Resolver<ResolversTypes['CommandAction'], ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  refusalCode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  requestedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  settledAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  state?: Resolver<ResolversTypes['CommandState'], ParentType, ContextType>;
};

export type CommandUnderWayResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CommandUnderWay'] = ResolversParentTypes['CommandUnderWay']> = {
  command?: Resolver<ResolversTypes['Command'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ConfirmationExpiredResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ConfirmationExpired'] = ResolversParentTypes['ConfirmationExpired']> = {
  expiredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type EndTripBlockedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EndTripBlocked'] = ResolversParentTypes['EndTripBlocked']> = {
  blockers?: Resolver<ReadonlyArray<ResolversTypes['EndTripBlocker']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EndTripBlockerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EndTripBlocker'] = ResolversParentTypes['EndTripBlocker']> = {
  __resolveType: TypeResolveFn<'InNoParkingZone' | 'NotInParkingZone' | 'StillMoving' | 'VehicleUnreachable', ParentType, ContextType>;
};

export type EndTripResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EndTripResult'] = ResolversParentTypes['EndTripResult']> = {
  __resolveType: TypeResolveFn<'BookingNotFound' | 'CommandUnderWay' | 'EndTripBlocked' | 'EndTripSuccess' | 'RequestIdReused' | 'TripNotRunning', ParentType, ContextType>;
};

export type EndTripSuccessResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EndTripSuccess'] = ResolversParentTypes['EndTripSuccess']> = {
  command?: Resolver<ResolversTypes['Command'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InNoParkingZoneResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InNoParkingZone'] = ResolversParentTypes['InNoParkingZone']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  zone?: Resolver<ResolversTypes['Zone'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InvalidAreaResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidArea'] = ResolversParentTypes['InvalidArea']> = {
  faults?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InvalidFilterResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidFilter'] = ResolversParentTypes['InvalidFilter']> = {
  faults?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  endTrip: Resolver<Maybe<ResolversTypes['EndTripResult']>, ParentType, ContextType, RequireFields<MutationEndTripArgs, 'input'>>;
  setVehicleService: Resolver<Maybe<ResolversTypes['SetVehicleServiceResult']>, ParentType, ContextType, RequireFields<MutationSetVehicleServiceArgs, 'input'>>;
  unlockVehicle: Resolver<Maybe<ResolversTypes['UnlockVehicleResult']>, ParentType, ContextType, RequireFields<MutationUnlockVehicleArgs, 'input'>>;
};

export type NearVehicleResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NearVehicle'] = ResolversParentTypes['NearVehicle']> = {
  distanceMeters?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  vehicle?: Resolver<ResolversTypes['Vehicle'], ParentType, ContextType>;
};

export type NotInParkingZoneResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NotInParkingZone'] = ResolversParentTypes['NotInParkingZone']> = {
  distanceMeters?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  nearest?: Resolver<Maybe<ResolversTypes['Zone']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PositionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Position'] = ResolversParentTypes['Position']> = {
  latitude?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  longitude?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type ProblemResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Problem'] = ResolversParentTypes['Problem']> = {
  __resolveType: TypeResolveFn<'BookingNotConfirmed' | 'BookingNotFound' | 'CommandUnderWay' | 'ConfirmationExpired' | 'EndTripBlocked' | 'InNoParkingZone' | 'InvalidArea' | 'InvalidFilter' | 'NotInParkingZone' | 'RequestIdReused' | 'StillMoving' | 'TripNotRunning' | 'VehicleInUse' | 'VehicleNotFound' | 'VehicleOutOfService' | 'VehicleUnreachable', ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  vehicle: Resolver<Maybe<ResolversTypes['Vehicle']>, ParentType, ContextType, RequireFields<QueryVehicleArgs, 'id'>>;
  vehiclesNear: Resolver<ResolversTypes['VehiclesNearResult'], ParentType, ContextType, RequireFields<QueryVehiclesNearArgs, 'first' | 'near' | 'radiusMeters'>>;
  zones: Resolver<ReadonlyArray<ResolversTypes['Zone']>, ParentType, ContextType, RequireFields<QueryZonesArgs, 'box'>>;
};

export type RequestIdReusedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RequestIdReused'] = ResolversParentTypes['RequestIdReused']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SetVehicleServiceResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SetVehicleServiceResult'] = ResolversParentTypes['SetVehicleServiceResult']> = {
  __resolveType: TypeResolveFn<'SetVehicleServiceSuccess' | 'VehicleInUse' | 'VehicleNotFound', ParentType, ContextType>;
};

export type SetVehicleServiceSuccessResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SetVehicleServiceSuccess'] = ResolversParentTypes['SetVehicleServiceSuccess']> = {
  vehicle?: Resolver<ResolversTypes['Vehicle'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type StillMovingResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StillMoving'] = ResolversParentTypes['StillMoving']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  speed?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  commandStatus: SubscriptionResolver<Maybe<ResolversTypes['Command']>, "commandStatus", ParentType, ContextType, RequireFields<SubscriptionCommandStatusArgs, 'bookingId'>>;
  unlockStatus: SubscriptionResolver<Maybe<ResolversTypes['Command']>, "unlockStatus", ParentType, ContextType, RequireFields<SubscriptionUnlockStatusArgs, 'bookingId'>>;
  vehicleAvailability: SubscriptionResolver<ResolversTypes['VehicleAvailability'], "vehicleAvailability", ParentType, ContextType, RequireFields<SubscriptionVehicleAvailabilityArgs, 'box'>>;
};

export type TripResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Trip'] = ResolversParentTypes['Trip'], FederationReferenceType extends FederationReferenceTypes['Trip'] = FederationReferenceTypes['Trip']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Trip']> | FederationReferenceType, FederationReferenceType, ContextType>;
  distanceMeters?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  from?: Resolver<ResolversTypes['Position'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  to?: Resolver<Maybe<ResolversTypes['Position']>, ParentType, ContextType>;
};

export type TripNotRunningResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TripNotRunning'] = ResolversParentTypes['TripNotRunning']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UnlockVehicleResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UnlockVehicleResult'] = ResolversParentTypes['UnlockVehicleResult']> = {
  __resolveType: TypeResolveFn<'BookingNotConfirmed' | 'BookingNotFound' | 'CommandUnderWay' | 'ConfirmationExpired' | 'RequestIdReused' | 'UnlockVehicleSuccess' | 'VehicleOutOfService' | 'VehicleUnreachable', ParentType, ContextType>;
};

export type UnlockVehicleSuccessResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UnlockVehicleSuccess'] = ResolversParentTypes['UnlockVehicleSuccess']> = {
  command?: Resolver<ResolversTypes['Command'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type VehicleResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Vehicle'] = ResolversParentTypes['Vehicle'], FederationReferenceType extends FederationReferenceTypes['Vehicle'] = FederationReferenceTypes['Vehicle']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Vehicle']> | FederationReferenceType, FederationReferenceType, ContextType>;
  batteryPercent?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastSeenAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lock?: Resolver<Maybe<ResolversTypes['LockState']>, ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Position'], ParentType, ContextType>;
  rangeMeters?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  speed?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['VehicleState'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['VehicleType'], ParentType, ContextType>;
};

export type VehicleAvailabilityResolvers<ContextType = Context, ParentType extends ResolversParentTypes['VehicleAvailability'] = ResolversParentTypes['VehicleAvailability']> = {
  goneIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  snapshot?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  truncated?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  vehicles?: Resolver<ReadonlyArray<ResolversTypes['Vehicle']>, ParentType, ContextType>;
};

export type VehicleInUseResolvers<ContextType = Context, ParentType extends ResolversParentTypes['VehicleInUse'] = ResolversParentTypes['VehicleInUse']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['VehicleState'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type VehicleNotFoundResolvers<ContextType = Context, ParentType extends ResolversParentTypes['VehicleNotFound'] = ResolversParentTypes['VehicleNotFound']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type VehicleOutOfServiceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['VehicleOutOfService'] = ResolversParentTypes['VehicleOutOfService']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type VehicleTypeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['VehicleType'] = ResolversParentTypes['VehicleType']> = {
  formFactor?: Resolver<ResolversTypes['FormFactor'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  maxRangeMeters?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  propulsionType?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type VehicleUnreachableResolvers<ContextType = Context, ParentType extends ResolversParentTypes['VehicleUnreachable'] = ResolversParentTypes['VehicleUnreachable']> = {
  lastSeenAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type VehiclesNearResolvers<ContextType = Context, ParentType extends ResolversParentTypes['VehiclesNear'] = ResolversParentTypes['VehiclesNear']> = {
  vehicles?: Resolver<ReadonlyArray<ResolversTypes['NearVehicle']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type VehiclesNearResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['VehiclesNearResult'] = ResolversParentTypes['VehiclesNearResult']> = {
  __resolveType: TypeResolveFn<'InvalidArea' | 'InvalidFilter' | 'VehiclesNear', ParentType, ContextType>;
};

export type ZoneResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Zone'] = ResolversParentTypes['Zone'], FederationReferenceType extends FederationReferenceTypes['Zone'] = FederationReferenceTypes['Zone']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Zone']> | FederationReferenceType, FederationReferenceType, ContextType>;
  area?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ZoneKind'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  Booking?: BookingResolvers<ContextType>;
  BookingNotConfirmed?: BookingNotConfirmedResolvers<ContextType>;
  BookingNotFound?: BookingNotFoundResolvers<ContextType>;
  Command?: CommandResolvers<ContextType>;
  CommandUnderWay?: CommandUnderWayResolvers<ContextType>;
  ConfirmationExpired?: ConfirmationExpiredResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  EndTripBlocked?: EndTripBlockedResolvers<ContextType>;
  EndTripBlocker?: EndTripBlockerResolvers<ContextType>;
  EndTripResult?: EndTripResultResolvers<ContextType>;
  EndTripSuccess?: EndTripSuccessResolvers<ContextType>;
  InNoParkingZone?: InNoParkingZoneResolvers<ContextType>;
  InvalidArea?: InvalidAreaResolvers<ContextType>;
  InvalidFilter?: InvalidFilterResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  NearVehicle?: NearVehicleResolvers<ContextType>;
  NotInParkingZone?: NotInParkingZoneResolvers<ContextType>;
  Position?: PositionResolvers<ContextType>;
  Problem?: ProblemResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RequestIdReused?: RequestIdReusedResolvers<ContextType>;
  SetVehicleServiceResult?: SetVehicleServiceResultResolvers<ContextType>;
  SetVehicleServiceSuccess?: SetVehicleServiceSuccessResolvers<ContextType>;
  StillMoving?: StillMovingResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  Trip?: TripResolvers<ContextType>;
  TripNotRunning?: TripNotRunningResolvers<ContextType>;
  UnlockVehicleResult?: UnlockVehicleResultResolvers<ContextType>;
  UnlockVehicleSuccess?: UnlockVehicleSuccessResolvers<ContextType>;
  Vehicle?: VehicleResolvers<ContextType>;
  VehicleAvailability?: VehicleAvailabilityResolvers<ContextType>;
  VehicleInUse?: VehicleInUseResolvers<ContextType>;
  VehicleNotFound?: VehicleNotFoundResolvers<ContextType>;
  VehicleOutOfService?: VehicleOutOfServiceResolvers<ContextType>;
  VehicleType?: VehicleTypeResolvers<ContextType>;
  VehicleUnreachable?: VehicleUnreachableResolvers<ContextType>;
  VehiclesNear?: VehiclesNearResolvers<ContextType>;
  VehiclesNearResult?: VehiclesNearResultResolvers<ContextType>;
  Zone?: ZoneResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Context> = {
  live?: LiveDirectiveResolver<any, any, ContextType>;
  rate?: RateDirectiveResolver<any, any, ContextType>;
};
