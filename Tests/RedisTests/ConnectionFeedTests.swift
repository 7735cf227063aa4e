import Testing

@testable import Redis

@Suite("Connections are counted and told, over one link or many")
struct ConnectionFeedTests {
    @Test("an observer hears of the latest connection there is, and of later ones, until the end")
    func observers() async {
        let feed = ConnectionFeed()
        var early = feed.connections().makeAsyncIterator()
        feed.connected()
        #expect(await early.next() == 1)
        var late = feed.connections().makeAsyncIterator()
        #expect(await late.next() == 1)
        feed.disconnected()
        var between = feed.connections().makeAsyncIterator()
        feed.connected()
        #expect(await early.next() == 2)
        #expect(await between.next() == 2)
        feed.end()
        #expect(await early.next() == nil)
        var after = feed.connections().makeAsyncIterator()
        #expect(await after.next() == nil)
    }

    @Test("links that share it are connected as long as one of them is, and a failed attempt is no end of a connection")
    func shared() {
        let feed = ConnectionFeed()
        let links = [LinkStatus(feed: feed), LinkStatus(feed: feed)]
        links[0].disconnected()
        #expect(!feed.isConnected)
        links[0].connected()
        links[1].connected()
        links[0].disconnected()
        links[0].disconnected()
        #expect(feed.isConnected && !links[0].isConnected)
        links[1].ended()
        links[1].ended()
        #expect(!feed.isConnected)
    }

    @Test("a link tells whoever made it of each change, failed attempts included")
    func changes() async {
        let log = Counter()
        let status = LinkStatus { log.increment() }
        status.disconnected()
        status.connected()
        status.disconnected()
        #expect(log.value == 3)
        status.ended()
        #expect(log.value == 3)
        await status.waitUntilEnded()
    }
}
