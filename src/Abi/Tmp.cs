namespace Tmp.Abi; internal static class Tmp;
