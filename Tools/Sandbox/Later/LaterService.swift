import ServiceLifecycle

/// Lets happen what happens by itself, each thing so long after its cause.
struct LaterService: Service {
    let desk: PaymentService
    let delay: Duration

    func run() async throws {
        // Asked to stop, what has not happened yet is found in the journal after the next start.
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await step in desk.upcoming {
                    group.addTask {
                        guard (try? await Task.sleep(for: delay)) != nil else { return }
                        // A journal that cannot be written leaves things as they are, for `POST /_sandbox/advance` to
                        // try again.
                        _ = try? await desk.letHappen(step)
                    }
                }
            }
        }
    }
}
