package dev.sidestep.stack.concurrent;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;
import java.util.function.IntUnaryOperator;

/**
 * Room on the calling thread's stack, made sure of before anything is touched.
 *
 * <p>The network runs on application stacks. A thread that has recursed too deep would get its
 * StackOverflowError at some call in the midst of the state that all share, where no {@code
 * finally} block helps, as it cannot call anything either. So each door to the stack first asks for
 * more room than all that lies behind it needs; the error is then thrown at the door, to the thread
 * whose stack it is, and nothing has happened.
 *
 * <p>Java has no word for that, but every JVM checks on entry that a method's frame fits. So we
 * enter a method with a large frame: one with {@link #BYTES} of local variables, which no compiler
 * of Java would write, hence made here. HotSpot's compilers keep no such frame, but touch the stack
 * as far as the interpreter would need it, because the division could take them back there. That
 * costs a store for every page. Should a JVM see through it, errors inside the stack cost the
 * connection they hit, as an OutOfMemoryError does.
 *
 * <p>Threads: any.
 */
public final class StackRoom {

  /**
   * More than the deepest calls from a door take, interpreted and with classes still to be loaded;
   * but a small part of the smallest stacks that programs give their threads.
   */
  static final int BYTES = 24 << 10;

  private static final IntUnaryOperator LARGE_FRAME = largeFrame();

  /** Not a constant, as the compilers would do the division then. */
  private static volatile int one = 1;

  private StackRoom() {}

  /**
   * Makes sure of the room.
   *
   * @throws StackOverflowError when there is not enough
   */
  public static void ensure() {
    int unused = LARGE_FRAME.applyAsInt(one);
  }

  /** An operator that divides its argument by itself and keeps the result in its last local. */
  private static IntUnaryOperator largeFrame() {
    int lastLocal = BYTES / Long.BYTES - 1;
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of(StackRoom.class.getPackageName(), "LargeFrame"),
                type ->
                    type.withFlags(AccessFlag.FINAL)
                        .withInterfaceSymbols(
                            IntUnaryOperator.class.describeConstable().orElseThrow())
                        .withMethodBody(
                            ConstantDescs.INIT_NAME,
                            ConstantDescs.MTD_void,
                            0,
                            code ->
                                code.aload(0)
                                    .invokespecial(
                                        ConstantDescs.CD_Object,
                                        ConstantDescs.INIT_NAME,
                                        ConstantDescs.MTD_void)
                                    .return_())
                        .withMethodBody(
                            "applyAsInt",
                            MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int),
                            ClassFile.ACC_PUBLIC,
                            code ->
                                code.iload(1).iload(1).idiv().dup().istore(lastLocal).ireturn()));
    try {
      Class<?> type = lookup.defineHiddenClass(bytes, true).lookupClass();
      return (IntUnaryOperator) type.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
