// A file server: `GET /name` gives a file of a folder, or a range of it; header and file leave in one train of packets.
//   java -cp ... io.ferronio.examples.FileServerKt <folder> <port>

package io.ferronio.examples

import io.ferronio.kotlin.transfer
import java.io.IOException
import java.net.InetSocketAddress
import java.net.URI
import java.nio.channels.*
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.ConcurrentHashMap
import kotlin.concurrent.thread

fun main(arguments: Array<String>) = println("http://localhost:${FileServer(Path.of(arguments[0]), arguments[1].toInt()).port}/")

/** Serves the files of [folder] until it is closed, with a thread for each connection. */
class FileServer(folder: Path, port: Int = 0) : AutoCloseable {
    private val root = folder.toAbsolutePath().normalize()
    private val server = ServerSocketChannel.open().bind(InetSocketAddress(port))
    private val connections = ConcurrentHashMap<SocketChannel, Thread>()
    val port = (server.localAddress as InetSocketAddress).port

    private val acceptor = thread {
        while (true) {
            val connection = try { server.accept() } catch (_: ClosedChannelException) { break }
            val thread = thread(start = false) { connection.use(::converse); connections -= connection }
            connections[connection] = thread
            thread.start()
        }
    }

    override fun close() {
        server.close()
        acceptor.join()
        connections.forEach { (connection, thread) -> connection.close(); thread.join() }
    }

    private fun converse(connection: SocketChannel) = try {
        val lines = Channels.newReader(connection, Charsets.ISO_8859_1).buffered()
        do {
            val (method, target) = lines.readLine()?.split(' ')?.takeIf { it.size == 3 } ?: break
            val fields = generateSequence { lines.readLine() }.takeWhile { it.isNotEmpty() }
                .associate { it.substringBefore(':').lowercase() to it.substringAfter(':').trim() }
        } while (answer(connection, method, target, fields["range"]) && fields["connection"] != "close")
    } catch (_: IOException) { // The client has gone.
    }

    /** Whether all was sent, so that the connection is good for another request. */
    private fun answer(connection: SocketChannel, method: String, target: String, range: String?): Boolean {
        fun refuse(status: String, vararg fields: String) = connection.write(head(status, "Content-Length: 0", *fields)) > 0
        if (method != "GET" && method != "HEAD") return refuse("405 Method Not Allowed", "Allow: GET, HEAD")
        val file = runCatching { root.resolve(URI(target).path.trimStart('/')).normalize() }.getOrNull()
        if (file == null || !file.startsWith(root) || !Files.isRegularFile(file)) return refuse("404 Not Found")
        FileChannel.open(file).use { content ->
            val size = content.size()
            val part = range?.let { partOf(it, size) }
            val (first, length) = (part ?: (0 until size)).let { it.first to it.last - it.first + 1 }
            if (part != null && length <= 0) return refuse("416 Range Not Satisfiable", "Content-Range: bytes */$size")
            val head = head(if (part == null) "200 OK" else "206 Partial Content", "Content-Length: $length",
                if (part == null) "Accept-Ranges: bytes" else "Content-Range: bytes ${part.first}-${part.last}/$size")
            val count = if (method == "HEAD") 0 else length
            return transfer { from(content, first, count); header(head); to(connection) }.run().bytes() == head.limit() + count
        }
    }

    private fun head(status: String, vararg fields: String) =
        Charsets.ISO_8859_1.encode("HTTP/1.1 $status\r\n${fields.joinToString("") { "$it\r\n" }}\r\n")

    /** `bytes=2-5`, `bytes=2-`, `bytes=-3`; empty if the file has none of these, `null` for anything else: all of it then. */
    private fun partOf(range: String, size: Long): LongRange? {
        val (first, last) = Regex("bytes=(\\d{0,18})-(\\d{0,18})").matchEntire(range)?.destructured ?: return null
        val (from, to) = first.toLongOrNull() to last.toLongOrNull()
        if (from == null) return to?.let { maxOf(0, size - it) until size }
        return if (to != null && to < from) null else from..minOf(to ?: size, size - 1)
    }
}
