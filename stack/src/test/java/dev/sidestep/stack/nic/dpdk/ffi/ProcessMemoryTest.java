package dev.sidestep.stack.nic.dpdk.ffi;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessMemoryTest {

  private static final ProcessMemory MEMORY =
      ProcessMemory.parse(
          List.of(
              "00001000-00002000 r--p 00000000 08:01 1835       /usr/lib/libc.so.6",
              "00002000-00003000 r-xp 00001000 08:01 1835       /usr/lib/libc.so.6",
              "00003000-00004000 ---p 00002000 08:01 1835       /usr/lib/libc.so.6",
              "00005000-00006000 rwxp 00000000 00:00 0 ",
              "7ffd0000-7ffe0000 rw-p 00000000 00:00 0          [stack]",
              "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]"));

  @Test
  void whatIsReadableMayCrossMappings() {
    assertTrue(MEMORY.hasReadable(0x1000, 0x1000));
    assertTrue(MEMORY.hasReadable(0x1ff8, 16));
    assertTrue(MEMORY.hasReadable(0x7ffdfff8L, 8));
  }

  @Test
  void whatIsNotReadableToItsEndIsNot() {
    assertFalse(MEMORY.hasReadable(0, 8));
    assertFalse(MEMORY.hasReadable(0xff8, 16));
    assertFalse(MEMORY.hasReadable(0x2ff8, 16));
    assertFalse(MEMORY.hasReadable(0x5ff8, 16));
    assertFalse(MEMORY.hasReadable(0xffffffffff600000L, 8));
    assertFalse(MEMORY.hasReadable(-8, 16));
  }

  @Test
  void onlyALibrarysCodeIsCode() {
    assertTrue(MEMORY.hasCode(0x2000));
    assertFalse(MEMORY.hasCode(0x1fff));
    assertFalse(MEMORY.hasCode(0x3000));
    assertFalse(MEMORY.hasCode(0x5000));
    assertFalse(MEMORY.hasCode(0));
  }

  @Test
  void thisProcessIsReadAsItIs() {
    MemorySegment function = Linker.nativeLinker().defaultLookup().findOrThrow("malloc");
    assertTrue(ProcessMemory.isCode(function.address()));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(1 << 20);
      assertTrue(ProcessMemory.isReadable(block.address(), block.byteSize()));
      assertFalse(ProcessMemory.isCode(block.address()));
    }
    assertFalse(ProcessMemory.isReadable(1, 1));
  }

  @Test
  void aLibraryIsFoundByItsName() {
    Path library = ProcessMemory.fileNamed("libjvm.");
    assertNotNull(library);
    assertTrue(Files.isRegularFile(library), library.toString());
    assertNull(ProcessMemory.fileNamed("librte_no_such_library"));
  }
}
