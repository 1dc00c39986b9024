package dev.sidestep.agent;

import dev.sidestep.stack.config.Setting;

/** The text of {@code --help}, made from the rows of {@link Setting}. */
final class HelpText {

  private static final int COLUMNS = 90;

  private static final String INTRODUCTION =
      """
      Sidestep {version}: a TCP/IP stack in Java over DPDK, below programs that use java.nio.
      The program is not changed; it does not know.

      Usage, with all of Sidestep and no other flag:

        java -javaagent:sidestep-agent.jar=sidestep.properties -jar program.jar
        java -javaagent:sidestep-agent.jar -Dsidestep.device=... -jar program.jar

      Usage without an agent, for java.nio only:

        java -cp sidestep-agent.jar:program.jar \\
             -Djava.nio.channels.spi.SelectorProvider={provider} \\
             --enable-native-access=ALL-UNNAMED \\
             --add-exports=java.base/sun.nio.ch=ALL-UNNAMED \\
             -Dsidestep.device=... Main

      This jar by itself:

        java -jar sidestep-agent.jar --help             this text
        java -jar sidestep-agent.jar --version          the version
        java [-Dsidestep...] -jar sidestep-agent.jar --check [file]
                                                        reads the settings, says what they do
                                                        and whether the devices can be used;
                                                        opens none

      Settings are system properties (-Dname=value) or lines name=value of the file that the
      agent is given. A property wins over the file; an empty list or file name takes the file's
      value away. A name or a value that is not known is refused with one line.
      """;

  private static final String CLOSING =
      """
      Two programs on one machine, over shared memory and as an ordinary user:

        java -javaagent:sidestep-agent.jar -Dsidestep.address=192.0.2.1/24 \\
             '-Dsidestep.device=net_memif0,role=server,socket=/tmp/a.sock' Server
        java -javaagent:sidestep-agent.jar -Dsidestep.address=192.0.2.2/24 \\
             '-Dsidestep.device=net_memif0,role=client,socket=/tmp/a.sock' Client

      With the agent, a program that asks for Netty's native transports hears that there are none,
      as these go to the kernel and past every provider; one that insists keeps them.
      """;

  private HelpText() {}

  static String of(String version) {
    StringBuilder text = new StringBuilder();
    text.append(
        INTRODUCTION.replace("{version}", version).replace("{provider}", SidestepAgent.PROVIDER));
    text.append('\n');
    for (Setting setting : Setting.values()) {
      append(text, setting);
    }
    return text.append(CLOSING).toString();
  }

  private static void append(StringBuilder text, Setting setting) {
    text.append("  ").append(setting.propertyName()).append('\n');
    wrap(text, setting.description());
    wrap(text, "Accepted: " + setting.accepts() + ".");
    StringBuilder facts = new StringBuilder();
    if (!setting.unit().isEmpty()) {
      facts.append("Unit: ").append(setting.unit()).append(". ");
    }
    facts
        .append("Default: ")
        .append(setting.defaultText().isEmpty() ? "none" : setting.defaultText())
        .append('.');
    wrap(text, facts.toString());
    // Never wrapped, so that it can be copied.
    text.append("      Example: ").append(example(setting)).append("\n\n");
  }

  private static String example(Setting setting) {
    String argument = "-D" + setting.propertyName() + "=" + setting.example();
    boolean quoted = setting.example().indexOf(' ') >= 0 || setting.example().indexOf(',') >= 0;
    return quoted ? "'" + argument + "'" : argument;
  }

  private static void wrap(StringBuilder text, String paragraph) {
    int column = 0;
    for (String word : paragraph.split(" ")) {
      if (column > 0 && column + 1 + word.length() > COLUMNS) {
        text.append('\n');
        column = 0;
      }
      String gap = column == 0 ? "      " : " ";
      text.append(gap).append(word);
      column += gap.length() + word.length();
    }
    text.append('\n');
  }
}
