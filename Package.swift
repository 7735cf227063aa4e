// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

// Products of other packages, named once.
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let tracing: Target.Dependency = .product(name: "Tracing", package: "swift-distributed-tracing")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

/// A module of ours: `Sources/<name>` with the project's language settings.
func module(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil, resources: [Resource] = [])
    -> Target
{
    .executableTarget(name: name, dependencies: dependencies, path: path, resources: resources, swiftSettings: strict)
}

/// A program in Examples, which sees of JobQueue what other projects see.
func example(_ name: String) -> Target {
    .executableTarget(
        name: name, dependencies: ["JobQueue", "Postgres"], path: "Examples/\(name)", packageAccess: false,
        swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: dependencies + ["TestSupport"], exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "Cartwright",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "API", targets: ["API"]),
        .executable(name: "Worker", targets: ["Worker"]),
        .executable(name: "Sandbox", targets: ["Sandbox"]),
        .executable(name: "cartwright", targets: ["CLI"]),
        // The wrappers are part of the queue's interface: its callers hand over a pool and a Redis client.
        .library(name: "JobQueue", targets: ["JobQueue", "Postgres", "Redis"]),
        .library(name: "JobQueueTesting", targets: ["JobQueueTesting"]),
        // Loaded into processes of tests whose clock shall be wrong.
        .library(name: "ClockShift", type: .dynamic, targets: ["ClockShift"]),
    ],
    // Exactly these, because Package.resolved is not kept in this repository: a build of one commit takes the same ones
    // months later, and a new release is taken once a maintainer has read it. What these packages need themselves still
    // follows their own bounds.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections.git", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", exact: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", exact: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types.git", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system.git", exact: "1.8.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams.git", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
        // Documentation of JobQueue: `swift package generate-documentation --target JobQueue`.
        .package(url: "https://github.com/swiftlang/swift-docc-plugin.git", exact: "1.5.0"),
        .package(url: "https://github.com/vapor/jwt-kit.git", exact: "5.7.1"),
    ],
    targets: [
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CHiredis", pkgConfig: "hiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),

        // Ground: knows of nothing.
        module("Arithmetic", []),
        // One scanner, value and pair of coders for the API, the queue, logs and tools.
        module("JSON", ["Arithmetic"]),

        // Wrappers: each C library behind a Swift API, on threads of its own.
        module("Threading", [deque]),
        module("Postgres", ["Arithmetic", "CLibpq", "Threading", deque, logging]),
        module("Redis", ["Arithmetic", "CHiredis", "Threading", deque, logging]),
        module("OutboundHTTP", ["Arithmetic", "CCurl", "Threading", deque, logging, tracing]),

        // Rate limits and circuits that all processes share through Redis.
        module("Resilience", ["Arithmetic", "Redis", logging]),

        // The queue engine and the business rules know nothing of each other.
        module(
            "JobQueue",
            [
                "Arithmetic", "JSON", "Postgres", "Redis", "Threading", deque, logging, metrics, lifecycle, tracing,
                unixSignals,
            ],
            exclude: ["README.md"], resources: [.copy("Migrations")]),
        // Runs the jobs of tests: in memory, or on the ledger alone.
        module("JobQueueTesting", ["JSON", "JobQueue", "Postgres", logging]),
        module("Domain", ["Arithmetic"]),
        // Where tests end processes. Empty when built for release.
        module("CrashPoints", []),

        // What joins them.
        module(
            "Storage",
            ["Arithmetic", "CrashPoints", "Domain", "JSON", "JobQueue", "Postgres", "Redis", crypto, deque, logging],
            resources: [.copy("Migrations")]),
        module(
            "Providers",
            [
                "Arithmetic", "Domain", "JSON", "OutboundHTTP", "Resilience", logging, metrics, tracing,
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            resources: [.copy("Templates")]),
        // Payment providers: each a module of its own behind Domain's ports.
        module(
            "Stripe", ["Arithmetic", "Domain", "JSON", "OutboundHTTP", "Providers", crypto, logging]),
        module("Observability", ["JSON", logging, metrics, hummingbird, lifecycle, tracing]),
        module(
            "Bootstrap",
            [
                "Arithmetic", "CCrypt", "Domain", "JobQueue", "Observability", "OutboundHTTP", "Postgres", "Providers",
                "Redis",
                "Resilience", "Storage", "Stripe", "Threading",
                logging,
                lifecycle, metrics, tracing, unixSignals,
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "SystemPackage", package: "swift-system"),
            ], resources: [.copy("Passwords/common.txt")]),

        program(
            "API",
            [
                "Arithmetic", "Bootstrap", "CrashPoints", "Domain", "JSON", "JobQueue", "Observability", "Postgres",
                "Providers", "Redis", "Resilience", "Storage",
                "Threading", crypto, httpTypes, hummingbird, lifecycle, logging, metrics, nioCore, nioHTTP1, nioPosix,
                tracing,
                .product(name: "HummingbirdCore", package: "hummingbird"), .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "Yams", package: "Yams"),
            ], resources: [.copy("Document")]),
        program(
            "Worker",
            [
                "Bootstrap", "CrashPoints", "Domain", "JobQueue", "Observability", "OutboundHTTP", "Postgres",
                "Providers", "Redis",
                "Resilience", "Storage", "Threading", lifecycle, logging, metrics,
            ]),
        program(
            "CLI",
            [
                "Arithmetic", "Bootstrap", "Domain", "JSON", "JobQueue", "Postgres", "Providers", "Redis", "Resilience",
                "Storage", arguments, logging,
            ], resources: [.copy("Seed/shelves.json")]),
        program(
            "Sandbox",
            [
                "JSON", "OutboundHTTP", crypto, httpTypes, hummingbird, lifecycle, logging, nioCore, nioPosix,
                unixSignals, .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ], path: "Tools/Sandbox"),

        program(
            "QueueBench", ["JobQueue", "Postgres", "Redis", arguments, lifecycle, logging, unixSignals],
            path: "Benchmarks/queue/ours"),
        program(
            "OrderThroughput", ["OutboundHTTP", "Postgres", arguments, logging], path: "Benchmarks/OrderThroughput"),

        example("HelloJob"),
        example("TransactionalEnqueue"),
        example("ScheduleAndDeadLetters"),

        .target(
            name: "TestSupport", dependencies: ["JobQueue", "Postgres", "Redis", "Storage", "Threading", logging],
            path: "Tests/TestSupport", swiftSettings: strict),
        // Knows no server, so that the rules' tests need none.
        .target(name: "PropertySupport", path: "Tests/PropertySupport", swiftSettings: strict),
        tests("Postgres", ["Postgres", "PropertySupport", "Threading"]),
        tests("Redis", ["PropertySupport", "Redis", logging]),
        tests("Resilience", ["PropertySupport", "Redis", "Resilience", logging]),
        tests(
            "Observability", ["JSON", "Observability", "PropertySupport", lifecycle, logging, metrics, tracing]),
        tests(
            "Bootstrap",
            [
                "Bootstrap", "Domain", "JobQueue", "Observability", "Postgres", "PropertySupport", "Providers", "Redis",
                "Resilience", "Storage", logging,
            ]),
        tests("OutboundHTTP", ["OutboundHTTP"]),
        tests(
            "JobQueue",
            [
                "JSON", "JobQueue", "JobQueueTesting", "Observability", "Postgres", "PropertySupport", "Redis",
                "Threading", logging, lifecycle, metrics, tracing,
            ]),
        tests("Arithmetic", ["Arithmetic", "PropertySupport"]),
        tests("JSON", ["JSON", "PropertySupport"]),
        .target(name: "ClockShift", path: "Tests/ClockShift"),
        program(
            "ConformanceWorker", ["JobQueue", "Postgres", "Redis", arguments, lifecycle, logging, unixSignals],
            path: "Tests/ConformanceWorker"),
        tests("Conformance", ["ConformanceWorker", "JobQueue", "Postgres", "Redis", logging]),
        tests("CrashPoints", ["CrashPoints"]),
        tests("Domain", ["Domain", "PropertySupport"]),
        tests("Storage", ["Domain", "JobQueue", "Postgres", "PropertySupport", "Redis", "Storage", logging]),
        tests(
            "Providers",
            [
                "Domain", "OutboundHTTP", "PropertySupport", "Providers", "Resilience", "Sandbox", "Stripe", crypto,
                logging,
            ]),
        // The providers' own clients are Python's.
        tests("Sandbox", ["JSON", "Sandbox", crypto, lifecycle, logging, nioCore, nioPosix], exclude: ["Clients"]),
        tests(
            "API",
            [
                "API", "Bootstrap", "Domain", "JSON", "JobQueue", "Postgres", "PropertySupport", "Providers", "Redis",
                "Resilience", "Storage",
                crypto, httpTypes, hummingbird, lifecycle, logging, nioCore, nioHTTP1,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]),
        tests(
            "Worker",
            [
                "Domain", "JobQueue", "JobQueueTesting", "Observability", "OutboundHTTP", "Postgres", "Providers",
                "Redis", "Resilience", "Storage", "Stripe", "Worker", logging,
            ]),
        tests(
            "CLI",
            [
                "Bootstrap", "CLI", "Domain", "JobQueue", "Postgres", "PropertySupport", "Redis",
                "Resilience", "Storage", arguments,
            ]),
        tests(
            "EndToEnd",
            [
                "CrashPoints", "OutboundHTTP", "Postgres", "PropertySupport", "Redis", "Storage", "Threading", crypto,
                logging,
            ]),
    ],
    swiftLanguageModes: [.v6]
)

// Sanitizers build everything anew: the wrappers and the queue with their tests are a sixth of it (Scripts/sanitize).
if Context.environment["CARTWRIGHT_PART"] == "engine" {
    let kept: Set = [
        "Arithmetic", "CCurl", "CHiredis", "CLibpq", "CrashPoints", "Domain", "HelloJob", "JSON", "JobQueue",
        "JobQueueTesting", "JobQueueTests", "OutboundHTTP", "OutboundHTTPTests", "Postgres", "PostgresTests",
        "PropertySupport", "Redis", "RedisTests", "ScheduleAndDeadLetters", "Storage", "TestSupport", "Threading",
        "TransactionalEnqueue",
    ]
    package.products = []
    package.targets.removeAll { !kept.contains($0.name) }
    // A test of the queue sees its traces through the shop's tracer, which brings a web server's packages along.
    for target in package.targets where target.name == "JobQueueTests" {
        target.exclude = ["TraceTests.swift"]
        target.dependencies.removeAll { "\($0)".contains("Observability") }
    }
}
