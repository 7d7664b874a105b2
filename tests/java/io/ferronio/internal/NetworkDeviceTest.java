package io.ferronio.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What network devices say of themselves. */
class NetworkDeviceTest {

    @Test
    void loopbackFetchesPartsFromWhereverTheyAre() throws Exception {
        NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        NetworkDevice device = NetworkDevice.of(loopback);
        assertEquals(loopback.getName(), device.name());
        assertEquals(Optional.of(true), device.scatterGather()); // Fixed, and so is the next.
        assertEquals(Optional.of(true), device.checksum());
        assertTrue(device.segmentation().isPresent());
    }

    @Test
    void aDeviceThatThereIsNotIsAnError() {
        assertTrue(DeviceNatives.hasScatterGather(Integer.MAX_VALUE) < 0);
        assertTrue(DeviceNatives.hasTransmitChecksum(-1) < 0);
        assertTrue(DeviceNatives.hasSegmentation(0) < 0);
    }
}
