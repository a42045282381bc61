namespace Libbpf;

/// <summary>The verbs of <see cref="BpfException.Operation"/>.</summary>
public static class BpfOperation
{
    public const string Attach = "attach";
    public const string Configure = "configure";
    public const string Delete = "delete from";
    public const string Find = "find";
    public const string Inspect = "inspect";
    public const string Load = "load";
    public const string LookUp = "look up in";
    public const string Open = "open";
    public const string Pin = "pin";
    public const string Read = "read";
    public const string Signal = "signal";
    public const string Update = "update";
    public const string Use = "use";
    public const string WaitFor = "wait for";
}
