package dev.sidestep.agent;

import java.lang.classfile.AccessFlags;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites classes of Netty's native transports. A method that changes is renamed, its code kept as
 * it is, and a new one of its name decides whether to call it. What is generated refers to the JDK
 * alone, as the loader of such a class need not know us. Pure.
 */
final class TransportRewriter {

  private static final String RENAMED = "sidestep$";

  private static final ClassDesc THROWABLE = ConstantDescs.CD_Throwable;
  private static final ClassDesc SOCKET_ADDRESS = desc(SocketAddress.class);
  private static final ClassDesc INET_SOCKET_ADDRESS = desc(InetSocketAddress.class);
  private static final ClassDesc SOCKET_EXCEPTION = desc(SocketException.class);
  private static final ClassDesc UNSUPPORTED = desc(UnsupportedOperationException.class);
  private static final ClassDesc STACK_WALKER = desc(StackWalker.class);
  private static final ClassDesc STACK_WALKER_OPTION = desc(StackWalker.Option.class);
  private static final ClassDesc CLASS_LOADER = desc(ClassLoader.class);
  private static final ClassDesc METHOD = desc(Method.class);

  private static final MethodTypeDesc IS_AVAILABLE = MethodTypeDesc.of(ConstantDescs.CD_boolean);
  private static final MethodTypeDesc UNAVAILABILITY_CAUSE = MethodTypeDesc.of(THROWABLE);

  /** {@code (operation, channel, address)}, see {@link NativeSocketGuard}. */
  private static final MethodTypeDesc CHECK =
      MethodTypeDesc.of(
          ConstantDescs.CD_void, ConstantDescs.CD_String, ConstantDescs.CD_Object, SOCKET_ADDRESS);

  /** Where an address of a program arrives, in all of Netty's native transports. */
  private static final Set<String> CONNECTING = Set.of("doConnect", "submitConnect");

  private static final String BINDING = "doBind";

  static final String WHY =
      "hidden by Sidestep, since a native transport goes to the kernel and past the stack;"
          + " sidestep.native-transports=keep shows it again";

  private TransportRewriter() {}

  static ClassModel parse(byte[] bytes) {
    return ClassFile.of().parse(bytes);
  }

  // ---- The class that is asked

  /**
   * The class as it is for programs that ask: not available. The transport itself still hears the
   * truth. Returns null if this is another class by that name.
   */
  static byte @Nullable [] hide(ClassModel door) {
    Predicate<MethodModel> asked =
        method ->
            isStatic(method)
                && (is(method, "isAvailable", IS_AVAILABLE)
                    || is(method, "unavailabilityCause", UNAVAILABILITY_CAUSE));
    if (door.methods().stream().filter(asked).count() != 2) {
      return null;
    }
    ClassDesc self = door.thisClass().asSymbol();
    return rewrite(
        door,
        asked,
        method ->
            is(method, "isAvailable", IS_AVAILABLE)
                ? code -> answerNo(code, self)
                : code -> giveCause(code, self),
        builder -> {});
  }

  private static void answerNo(CodeBuilder code, ClassDesc self) {
    callerIsInside(code, self);
    code.ifThenElse(
        inside -> inside.invokestatic(self, RENAMED + "isAvailable", IS_AVAILABLE).ireturn(),
        outside -> outside.iconst_0().ireturn());
  }

  private static void giveCause(CodeBuilder code, ClassDesc self) {
    int cause = code.allocateLocal(TypeKind.REFERENCE);
    code.invokestatic(self, RENAMED + "unavailabilityCause", UNAVAILABILITY_CAUSE).astore(cause);
    code.aload(cause).ifThen(Opcode.IFNONNULL, real -> real.aload(cause).areturn());
    callerIsInside(code, self);
    code.ifThen(inside -> inside.aconst_null().areturn());
    code.new_(UNSUPPORTED)
        .dup()
        .loadConstant(WHY)
        .invokespecial(
            UNSUPPORTED,
            ConstantDescs.INIT_NAME,
            MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String))
        .areturn();
  }

  /** Leaves on the operand stack whether the caller is a class of the transport's own package. */
  private static void callerIsInside(CodeBuilder code, ClassDesc self) {
    code.getstatic(STACK_WALKER_OPTION, "RETAIN_CLASS_REFERENCE", STACK_WALKER_OPTION)
        .invokestatic(
            STACK_WALKER, "getInstance", MethodTypeDesc.of(STACK_WALKER, STACK_WALKER_OPTION))
        .invokevirtual(STACK_WALKER, "getCallerClass", MethodTypeDesc.of(ConstantDescs.CD_Class))
        .invokevirtual(
            ConstantDescs.CD_Class, "getPackageName", MethodTypeDesc.of(ConstantDescs.CD_String))
        .loadConstant(self.packageName())
        .invokevirtual(
            ConstantDescs.CD_String,
            "equals",
            MethodTypeDesc.of(ConstantDescs.CD_boolean, ConstantDescs.CD_Object));
  }

  // ---- The class through which sockets are bound and connected

  /** The class with a {@link NativeSocketGuard} before each bind and connect. */
  static byte @Nullable [] guardChannel(ClassModel channel) {
    ClassDesc self = channel.thisClass().asSymbol();
    Predicate<MethodModel> guarded = TransportRewriter::takesAnAddress;
    if (channel.methods().stream().noneMatch(guarded)) {
      return null;
    }
    return rewrite(
        channel,
        guarded,
        method -> code -> checkFirst(code, self, method),
        builder ->
            builder.withMethodBody(
                RENAMED + "check",
                CHECK,
                ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC,
                TransportRewriter::check));
  }

  private static boolean takesAnAddress(MethodModel method) {
    MethodTypeDesc type = method.methodTypeSymbol();
    boolean named =
        method.methodName().equalsString(BINDING)
            || CONNECTING.contains(method.methodName().stringValue());
    return named
        && !isStatic(method)
        && method.code().isPresent()
        && type.parameterCount() > 0
        && (type.parameterType(0).equals(SOCKET_ADDRESS)
            || type.parameterType(0).equals(INET_SOCKET_ADDRESS));
  }

  private static void checkFirst(CodeBuilder code, ClassDesc self, MethodModel method) {
    MethodTypeDesc type = method.methodTypeSymbol();
    String operation =
        method.methodName().equalsString(BINDING)
            ? NativeSocketGuard.BIND
            : NativeSocketGuard.CONNECT;
    code.loadConstant(operation)
        .aload(0)
        .aload(code.parameterSlot(0))
        .invokestatic(self, RENAMED + "check", CHECK)
        .aload(0);
    for (int i = 0; i < type.parameterCount(); i++) {
      code.loadLocal(TypeKind.from(type.parameterType(i)), code.parameterSlot(i));
    }
    code.invokespecial(self, RENAMED + method.methodName().stringValue(), type)
        .return_(TypeKind.from(type.returnType()));
  }

  /** Asks {@link NativeSocketGuard}, which the system class loader knows in every case. */
  private static void check(CodeBuilder code) {
    int reason = code.allocateLocal(TypeKind.REFERENCE);
    code.loadConstant(NativeSocketGuard.class.getName())
        .iconst_1()
        .invokestatic(CLASS_LOADER, "getSystemClassLoader", MethodTypeDesc.of(CLASS_LOADER))
        .invokestatic(
            ConstantDescs.CD_Class,
            "forName",
            MethodTypeDesc.of(
                ConstantDescs.CD_Class,
                ConstantDescs.CD_String,
                ConstantDescs.CD_boolean,
                CLASS_LOADER))
        .loadConstant("whyNot");
    array(
        code,
        ConstantDescs.CD_Class,
        () -> code.loadConstant(ConstantDescs.CD_String),
        () -> code.loadConstant(ConstantDescs.CD_Object),
        () -> code.loadConstant(SOCKET_ADDRESS));
    code.invokevirtual(
            ConstantDescs.CD_Class,
            "getMethod",
            MethodTypeDesc.of(METHOD, ConstantDescs.CD_String, ConstantDescs.CD_Class.arrayType()))
        .aconst_null();
    array(
        code,
        ConstantDescs.CD_Object,
        () -> code.aload(0),
        () -> code.aload(1),
        () -> code.aload(2));
    code.invokevirtual(
            METHOD,
            "invoke",
            MethodTypeDesc.of(
                ConstantDescs.CD_Object,
                ConstantDescs.CD_Object,
                ConstantDescs.CD_Object.arrayType()))
        .checkcast(ConstantDescs.CD_String)
        .astore(reason)
        .aload(reason)
        .ifThen(
            Opcode.IFNONNULL,
            refused ->
                refused
                    .new_(SOCKET_EXCEPTION)
                    .dup()
                    .aload(reason)
                    .invokespecial(
                        SOCKET_EXCEPTION,
                        ConstantDescs.INIT_NAME,
                        MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String))
                    .athrow())
        .return_();
  }

  private static void array(CodeBuilder code, ClassDesc of, Runnable... elements) {
    code.loadConstant(elements.length).anewarray(of);
    for (int i = 0; i < elements.length; i++) {
      code.dup().loadConstant(i);
      elements[i].run();
      code.aastore();
    }
  }

  // ---- Both

  /**
   * Gives the methods that {@code changes} names new code, which may call the old by a new name.
   */
  private static byte[] rewrite(
      ClassModel original,
      Predicate<MethodModel> changes,
      Function<MethodModel, Consumer<CodeBuilder>> newCode,
      Consumer<ClassBuilder> addition) {
    return ClassFile.of()
        .transformClass(
            original,
            ClassTransform.endHandler(addition)
                .andThen(
                    (builder, element) -> {
                      if (element instanceof MethodModel method && changes.test(method)) {
                        replace(builder, method, newCode.apply(method));
                      } else {
                        builder.with(element);
                      }
                    }));
  }

  private static void replace(
      ClassBuilder builder, MethodModel method, Consumer<CodeBuilder> newCode) {
    builder.withMethod(
        RENAMED + method.methodName().stringValue(),
        method.methodTypeSymbol(),
        ClassFile.ACC_PRIVATE
            | ClassFile.ACC_SYNTHETIC
            | (isStatic(method) ? ClassFile.ACC_STATIC : 0),
        renamed ->
            method.forEach(
                element -> {
                  if (!(element instanceof AccessFlags)) {
                    renamed.with(element);
                  }
                }));
    builder.withMethodBody(
        method.methodName(), method.methodType(), method.flags().flagsMask(), newCode);
  }

  private static boolean is(MethodModel method, String name, MethodTypeDesc type) {
    return method.methodName().equalsString(name) && method.methodTypeSymbol().equals(type);
  }

  private static boolean isStatic(MethodModel method) {
    return method.flags().has(AccessFlag.STATIC);
  }

  private static ClassDesc desc(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }
}
