namespace Tmp.Libbpf; internal static class Tmp;
