// kotlinx-coroutines is optional: without it everything that does not suspend works.

package io.ferronio.kotlin

import io.ferronio.testing.ChildJvm
import io.ferronio.testing.TestFiles
import java.io.ByteArrayOutputStream
import java.io.File
import java.nio.channels.Channels
import java.nio.channels.FileChannel
import java.nio.file.Path
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class WithoutCoroutinesTest {
    @Test
    fun `what does not suspend needs no coroutines`() {
        val classPath = System.getProperty("java.class.path").split(File.pathSeparator)
            .filterNot { "kotlinx-coroutines" in it }.joinToString(File.pathSeparator)
        val file = TestFiles.newFile(1000)
        val output = ChildJvm.run(WithoutCoroutines::class.java, listOf("-cp", classPath), file.toString())
        assertTrue("no coroutines; 1000 bytes, then 10, first 1" in output.succeeded(), output.output())
    }
}

/** Uses the API in a JVM without kotlinx-coroutines. */
object WithoutCoroutines {
    @JvmStatic
    fun main(arguments: Array<String>) {
        check(runCatching { Class.forName("kotlinx.coroutines.Job") }.exceptionOrNull() is ClassNotFoundException)
        val file = Path.of(arguments[0])
        val bytes = ByteArrayOutputStream()
        FileChannel.open(file).use { channel ->
            val all = channel.zeroCopyTo(Channels.newChannel(bytes))
            val some = transfer { from(channel, count = 10); to(Channels.newChannel(bytes)) }.run().bytes()
            file.zeroCopyTo(Path.of("$file.copy"))
            println("no coroutines; $all bytes, then $some, first ${file.useMapped { it[0] }}")
        }
    }
}
