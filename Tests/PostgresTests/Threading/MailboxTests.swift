import Glibc
import Synchronization
import Testing
import Threading

@Suite("A mailbox loses no message and wakes its receiver")
struct MailboxTests {
    /// Whether the receiver's `poll(2)` would return at once.
    private func isReadable(_ mailbox: Mailbox<Int>) -> Bool {
        var descriptor = pollfd(fd: mailbox.wakeDescriptor, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) == 1
    }

    @Test("the descriptor is readable exactly while messages wait")
    func readiness() {
        let mailbox = Mailbox<Int>()
        #expect(!isReadable(mailbox))
        mailbox.post(1)
        mailbox.post(contentsOf: [2, 3])
        #expect(isReadable(mailbox))
        #expect(mailbox.drain() == [1, 2, 3])
        #expect(!isReadable(mailbox))
        #expect(mailbox.drain().isEmpty)
        mailbox.post(4)
        #expect(isReadable(mailbox))
    }

    @Test("a closed mailbox refuses messages, hands back the rest and stays readable")
    func closing() {
        let mailbox = Mailbox<Int>()
        mailbox.post(1)
        #expect(mailbox.close() == [1])
        #expect(!mailbox.post(2))
        #expect(!mailbox.post(contentsOf: [3]))
        #expect(mailbox.drain().isEmpty)
        #expect(isReadable(mailbox))
    }

    @Test("a hundred senders: everything arrives once, each sender's messages in order, batches unbroken")
    func contention() async {
        let mailbox = Mailbox<Int>()
        let received = Mutex<[Int]>([])
        let receiver = OSThread.start(name: "mailbox-test") {
            var all: [Int] = []
            while all.count < 100_000 {
                var descriptor = pollfd(fd: mailbox.wakeDescriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&descriptor, 1, 10_000) == 1 else { break }
                all += mailbox.drain()
            }
            received.withLock { $0 = all }
        }
        await withTaskGroup(of: Void.self) { group in
            for sender in 0..<100 {
                group.addTask {
                    for start in stride(from: 0, to: 1_000, by: 10) {
                        mailbox.post(contentsOf: (start..<start + 10).map { sender * 1_000 + $0 })
                    }
                }
            }
        }
        receiver.join()
        let all = received.withLock { $0 }
        #expect(all.count == 100_000)
        var next = [Int](repeating: 0, count: 100)
        for value in all {
            #expect(value % 1_000 == next[value / 1_000])
            next[value / 1_000] += 1
        }
        let batches = stride(from: 0, to: all.count, by: 10).map { Array(all[$0..<$0 + 10]) }
        #expect(batches.allSatisfy { $0 == Array($0[0]..<$0[0] + 10) })
    }
}
