import Hummingbird

/// `GET /healthz` and `GET /readyz`, for whatever restarts and routes around processes.
struct HealthRoutes {
    let health: HealthCheck

    func add(to routes: inout Routes) {
        routes.get("/healthz", audience: .everyone, limit: nil, answersWhileStarting: true) { _, _ in
            try JSONResponse.response(["status": "ok"])
        }
        routes.get("/readyz", audience: .everyone, limit: nil, answersWhileStarting: true) { _, context in
            let report = await health.report(context.logger)
            return try JSONResponse.response(report, status: report.isReady ? .ok : .serviceUnavailable)
        }
    }
}
