import Redis

/// A cluster of real servers on free ports of 127.0.0.1: masters with one replica each. Gone when nobody holds it any
/// more.
///
///     let cluster = try await RedisCluster.start()
///     let client = RedisClient(try RedisConfiguration(url: cluster.url), logger: logger)
///     try await cluster.master(of: "key").kill()             // its replica takes over
package final class RedisCluster: Sendable {
    /// All of them; who is master and who replica changes.
    package let nodes: [RedisServer]

    /// Starts a cluster and waits until it serves all slots and the replicas are in step.
    /// - Parameter nodeTimeout: milliseconds without an answer after which a node counts as failing.
    /// - Parameter certificate: with it the nodes also listen with TLS, and talk to each other so.
    package static func start(masters: Int = 3, nodeTimeout: Int = 1000, certificate: TestCertificate? = nil)
        async throws -> RedisCluster
    {
        var nodes: [RedisServer] = []
        var addresses: [String] = []
        for _ in 0..<masters * 2 {
            let securePort = try FreePort.next()
            nodes.append(
                try await RedisServer.start(
                    [
                        "cluster-enabled yes", "cluster-node-timeout \(nodeTimeout)",
                        "cluster-port \(try FreePort.next())",
                        "repl-diskless-sync-delay 0",
                    ]
                        + (certificate.map {
                            $0.redisSettings(port: securePort) + ["tls-cluster yes", "tls-replication yes"]
                        } ?? [])))
            addresses.append("127.0.0.1:\(certificate == nil ? nodes[nodes.count - 1].port : securePort)")
        }
        let creation = try ManagedProcess.start(
            "redis-cli",
            arguments: (certificate.map { ["--tls", "--cacert", $0.file] } ?? []) + ["--cluster", "create"] + addresses
                + ["--cluster-replicas", "1", "--cluster-yes"])
        guard try await creation.waitForExit(within: .seconds(60)) == .code(0) else {
            throw CannotCreate(log: creation.log)
        }
        let cluster = RedisCluster(nodes: nodes, addresses: addresses, certificate: certificate)
        for node in nodes {
            try await eventually(within: .seconds(30), "the cluster serves all slots and its replicas are in step") {
                let isMaster = try await node.field("role", of: RedisCommand("INFO", "replication")) == "master"
                let isInStep =
                    try await isMaster
                    ? node.field("connected_slaves", of: RedisCommand("INFO", "replication")) == "1"
                    : node.field("master_link_status", of: RedisCommand("INFO", "replication")) == "up"
                let isServing = try await node.field("cluster_state", of: RedisCommand("CLUSTER", "INFO")) == "ok"
                return isInStep && isServing
            }
        }
        return cluster
    }

    /// redis-cli did not manage it.
    package struct CannotCreate: Error {
        /// What it said.
        package let log: String
    }

    private let addresses: [String]
    private let certificate: TestCertificate?

    private init(nodes: [RedisServer], addresses: [String], certificate: TestCertificate?) {
        self.nodes = nodes
        self.addresses = addresses
        self.certificate = certificate
    }

    /// `redis+cluster://…` with all nodes; with a certificate `rediss+cluster://…`.
    package var url: String {
        let list = addresses.joined(separator: ",")
        return certificate.map { "rediss+cluster://\(list)?ca=\($0.file)" } ?? "redis+cluster://\(list)"
    }

    /// The slot of a key.
    package func slot(of key: String) async throws -> Int {
        try await alive { try await $0.send(RedisCommand("CLUSTER", "KEYSLOT", .init(key))).int }
    }

    /// The node that serves a key's slot, by what the other nodes say; the first that is alive says it.
    package func master(of key: String) async throws -> RedisServer {
        let slot = try await slot(of: key)
        return try await alive { node in
            let ranges = try await node.send(RedisCommand("CLUSTER", "SLOTS")).elements ?? []
            let range = ranges.first { range in
                guard let first = range.elements?[0].int, let last = range.elements?[1].int else { return false }
                return first <= slot && slot <= last
            }
            let port = range?.elements?[2].elements?[1].int
            return self.nodes.first { $0.port == port }
        }
    }

    /// Some other master.
    package func master(besides node: RedisServer) async throws -> RedisServer {
        try await alive { asked in
            let ports =
                try await asked.send(RedisCommand("CLUSTER", "SLOTS")).elements?.compactMap {
                    $0.elements?[2].elements?[1].int
                } ?? []
            return self.nodes.first { $0.port != node.port && ports.contains($0.port) }
        }
    }

    /// What a node calls itself.
    package func id(of node: RedisServer) async throws -> String {
        try await node.send(RedisCommand("CLUSTER", "MYID")).text ?? ""
    }

    /// Marks a slot as on its way: keys that are not at the source are asked for at the destination from now on.
    package func beginMove(_ slot: Int, from source: RedisServer, to destination: RedisServer) async throws {
        try await destination.send(
            RedisCommand("CLUSTER", "SETSLOT", .init(slot), "IMPORTING", .init(try await id(of: source))))
        try await source.send(
            RedisCommand("CLUSTER", "SETSLOT", .init(slot), "MIGRATING", .init(try await id(of: destination))))
    }

    /// Moves one key of a slot that is on its way.
    package func move(key: String, from source: RedisServer, to destination: RedisServer) async throws {
        try await source.send(RedisCommand("MIGRATE", "127.0.0.1", .init(destination.port), .init(key), 0, 5000))
    }

    /// Ends what ``beginMove(_:from:to:)`` began, with what keys are left; all masters are told.
    package func endMove(_ slot: Int, from source: RedisServer, to destination: RedisServer) async throws {
        let keys =
            try await source.send(RedisCommand("CLUSTER", "GETKEYSINSLOT", .init(slot), 1000)).elements?.compactMap(
                \.text) ?? []
        for key in keys { try await move(key: key, from: source, to: destination) }
        let id = try await id(of: destination)
        for node in [destination, source] {
            try await node.send(RedisCommand("CLUSTER", "SETSLOT", .init(slot), "NODE", .init(id)))
        }
    }

    private func alive<Value>(_ ask: (RedisServer) async throws -> Value?) async throws -> Value {
        try await eventually(within: .seconds(20), "a node of the cluster answers") {
            for node in nodes where node.isRunning {
                if let value = try? await ask(node) { return value }
            }
            return nil
        }
    }
}
