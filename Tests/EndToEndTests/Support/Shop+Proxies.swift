import Foundation
import TestSupport

extension Shop {
    /// A relay in front of PostgreSQL, and the setting that sends a process through it.
    func databaseProxy() throws -> (proxy: TCPProxy, settings: [String: String]) {
        guard var components = URLComponents(string: database.url) else {
            throw Failed(what: "not an address: \(database.url)")
        }
        let proxy = try TCPProxy(to: components.port ?? 5432)
        components.host = "127.0.0.1"
        components.port = proxy.port
        return (proxy, ["DATABASE_URL": components.string ?? database.url, "DATABASE_POOL_SIZE": "4"])
    }
}
