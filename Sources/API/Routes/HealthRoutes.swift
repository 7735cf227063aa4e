import Hummingbird

/// `GET /healthz` and `GET /readyz`, for whatever restarts and routes around processes.
struct HealthRoutes {
    let health: HealthCheck

    func add(to router: some RouterMethods<ShopContext>) {
        router.get("healthz") { _, _ in try JSONResponse.response(["status": "ok"]) }
        router.get("readyz") { _, context in
            let report = await health.report(context.logger)
            return try JSONResponse.response(report, status: report.isReady ? .ok : .serviceUnavailable)
        }
    }
}
