namespace Tmp.CommandLine; internal static class Tmp;
