// The example's file server, asked by curl and by the JDK's HTTP client.

package io.ferronio.kotlin

import io.ferronio.examples.FileServer
import io.ferronio.testing.TestFiles
import java.io.IOException
import java.net.Socket
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.nio.file.Files
import java.nio.file.Path
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test

private const val SIZE = 3_000_000

class FileServerTest {
    private val folder: Path = TestFiles.newFolder()
    private val content = TestFiles.content(0, SIZE)

    init {
        Files.write(folder.resolve("large file.bin"), content)
        Files.write(folder.resolve("small.txt"), "small".toByteArray())
        Files.write(folder.resolve("empty"), ByteArray(0))
        Files.createDirectory(folder.resolve("folder"))
    }

    private val server = FileServer(folder)

    @AfterEach
    fun close() = server.close()

    /** A response: its status, its body, and the field of that name, or `null`. */
    private fun ask(path: String, method: String = "GET", range: String? = null): HttpResponse<ByteArray> {
        val request = HttpRequest.newBuilder(URI("http://localhost:${server.port}/$path"))
            .method(method, HttpRequest.BodyPublishers.noBody())
        range?.let { request.header("Range", it) }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray())
    }

    private fun HttpResponse<*>.field(name: String): String? = headers().firstValue(name).orElse(null)

    @Test
    fun `the JDK's client gets files`() {
        val files = mapOf("large%20file.bin" to content, "small.txt" to "small".toByteArray(), "empty" to ByteArray(0))
        for ((path, bytes) in files) {
            ask(path).let {
                assertEquals(200, it.statusCode())
                assertArrayEquals(bytes, it.body())
                assertEquals("bytes", it.field("accept-ranges"))
            }
            ask(path, "HEAD").let {
                assertEquals(200, it.statusCode())
                assertEquals(bytes.size.toString(), it.field("content-length"))
                assertEquals(0, it.body().size)
            }
        }
    }

    @Test
    fun `the JDK's client gets ranges`() {
        val ranges = mapOf("bytes=0-0" to 0..0, "bytes=10-19" to 10..19, "bytes=2999990-" to 2_999_990..<SIZE,
            "bytes=-7" to SIZE - 7..<SIZE, "bytes=5-99999999999" to 5..<SIZE, "bytes=-99999999" to 0..<SIZE)
        for ((range, indices) in ranges) {
            val response = ask("large%20file.bin", range = range)
            assertEquals(206, response.statusCode(), range)
            assertEquals("bytes ${indices.first}-${indices.last}/$SIZE", response.field("content-range"))
            assertArrayEquals(content.sliceArray(indices), response.body(), range)
        }
        assertEquals(0, ask("small.txt", "HEAD", "bytes=1-2").let {
            assertEquals(206, it.statusCode())
            assertEquals("2", it.field("content-length"))
            it.body().size
        })
        val none = listOf("small.txt" to "bytes=5-", "small.txt" to "bytes=9-10", "small.txt" to "bytes=-0",
            "empty" to "bytes=0-")
        for ((path, range) in none) {
            val response = ask(path, range = range)
            assertEquals(416, response.statusCode(), "$path $range")
            assertEquals("bytes */${if (path == "empty") 0 else 5}", response.field("content-range"))
        }
        for (range in listOf("lines=1-2", "bytes=4-2", "bytes=-", "bytes=0-1,3-4", "bytes=${"9".repeat(30)}-")) {
            val response = ask("small.txt", range = range)
            assertEquals(200, response.statusCode(), range)
            assertEquals("small", String(response.body()), range)
        }
    }

    @Test
    fun `what it does not have or do it refuses, and goes on`() {
        Files.writeString(folder.resolveSibling("beside-${folder.fileName}"), "not to be had")
        for (path in listOf("none", "folder", "", "%2e%2e/beside-${folder.fileName}", "%00")) {
            assertEquals(404, ask(path).statusCode(), path)
        }
        ask("small.txt", "DELETE").let {
            assertEquals(405, it.statusCode())
            assertEquals("GET, HEAD", it.field("allow"))
        }
        Socket("localhost", server.port).use {
            it.getOutputStream().write("nonsense\r\n\r\n".toByteArray())
            assertEquals(-1, it.getInputStream().read())
        }
        assertEquals("small", String(ask("small.txt").body()))
    }

    @Test
    fun `curl gets files and ranges`() {
        assumeTrue(hasCurl(), "there is no curl")
        assertArrayEquals(content, curl("large%20file.bin"))
        assertArrayEquals(content.sliceArray(100..200_000), curl("large%20file.bin", "--range", "100-200000"))
        assertArrayEquals(content.sliceArray(SIZE - 50 until SIZE), curl("large%20file.bin", "--range", "-50"))
        for ((range, status) in listOf("1-2" to "206", "7-" to "416")) {
            val written = curl("small.txt", "--range", range, "--output", "/dev/null", "--write-out", "%{http_code}")
            assertEquals(status, String(written))
        }
        // Two on one connection, the first of them half there already.
        val part = Files.write(TestFiles.newPath(".part"), content.sliceArray(0 until SIZE / 2))
        curl("large%20file.bin", "--continue-at", "-", "--output", part.toString())
        assertArrayEquals(content, Files.readAllBytes(part))
        assertEquals("smallsmall", String(curl("small.txt", "http://localhost:${server.port}/small.txt")))
        val head = String(curl("small.txt", "--head"))
        assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nAccept-Ranges: bytes\r\n\r\n", head)
    }

    private fun curl(path: String, vararg options: String): ByteArray {
        val process = ProcessBuilder("curl", "--silent", "--show-error", "--max-time", "60", *options,
            "http://localhost:${server.port}/$path").redirectError(ProcessBuilder.Redirect.INHERIT).start()
        val output = process.inputStream.use { it.readAllBytes() }
        assertEquals(0, process.waitFor())
        return output
    }

    private fun hasCurl() = try {
        ProcessBuilder("curl", "--version").redirectErrorStream(true).start().let {
            it.inputStream.readAllBytes()
            it.waitFor() == 0
        }
    } catch (_: IOException) {
        false
    }

    private companion object {
        /** One for all: it keeps a thread and its selector for as long as it lives. */
        val CLIENT: HttpClient = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()
    }
}
