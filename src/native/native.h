/* What the three parts share: traced values and tapes as C sees them, and what Python has said of itself. */
#ifndef STRUCTGRAD_NATIVE_H
#define STRUCTGRAD_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <structmember.h>

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL structgrad_native
#ifndef NATIVE_MODULE
#define NO_IMPORT_ARRAY
#endif
#include <numpy/arrayobject.h>
#include <numpy/arrayscalars.h>

/* The fields of a traced value; `Traced` and `TracedArray` add their own. */
typedef struct {
    PyObject_HEAD
    PyObject *value, *slot, *tape, *home;
} ValueFields;

/* The fields of a tape. */
enum { TAPE_FIELDS = 11 };
typedef struct {
    PyObject_HEAD
    PyObject *edges, *write, *next, *program, *id, *leaves, *function, *paths, *selects, *has_complex, *held;
} TapeFields;

/* Counts on by one at every call; a recorder need not call. */
typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    Py_ssize_t next;
} Counter;

enum { MOST = 3 }; /* values that a pullback can be given: two arguments and the output */

/* How the pullback of one argument is kept: what it is, and the positions of the values it names; ~i for the shape of
   value i. */
typedef struct {
    PyObject *pull;
    int count, at[MOST];
    int shared; /* the output has the argument's own cotangent */
} Side;

/* Records a function of one or two arguments. */
typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    PyObject *rule, *function, *compute, *slow; /* slow: the recorder in Python */
    Side sides[2];
    int arity, constant; /* constant: -1, or the side, 0 or 1, on which the first argument given stands */
    int trusted;
} Recorder;

/* What `connect` was told: borrowed by nobody, held for good. */
typedef struct {
    PyTypeObject *traced, *traced_array, *tape, *scatter, *parts;
    /* functions of structs and of the tape */
    PyObject *class_kind, *kind_of;
    PyObject *order, *refuse, *output, *hold, *settle, *dense, *accumulate, *silence, *is_zero, *unpacked, *add_view,
        *negated, *same, *shape_of, *multiply, *divide;
    /* functions that open and close a run */
    PyObject *partial, *leaf_paths, *lifted_struct, *explain, *seed, *number, *check_held, *quietly, *silently,
        *finished_leaves;
    PyObject *make; /* object.__new__ */
    /* of ops: the class of an application, the check of what it returns, the rule and home of several values in one */
    PyObject *application, *pair, *pack, *tuple_home, *getitem;
    /* dtypes, the homes of their scalars, and the cotangent of a loss */
    PyObject *float64, *float32, *scalar_home, *scalar_home32, *one;
    /* names of attributes and arguments */
    PyObject *elementwise, *writes, *bounded, *form, *open, *close, *matches, *view, *out, *where, *append, *written,
        *cotangents;
} Python;

extern Python python;
extern PyTypeObject ValueFieldsType, TapeFieldsType, CounterType, RecorderType, HookType, CallerType, ReaderType,
    ApplicationType;

/* Whether x is a traced value; one that object.__new__ made and nobody filled is left to Python. */
static inline int is_traced(PyObject *x)
{
    if (!Py_IS_TYPE(x, python.traced_array) && !Py_IS_TYPE(x, python.traced))
        return 0;
    ValueFields *v = (ValueFields *)x;
    return v->value != NULL && v->slot != NULL && v->tape != NULL && v->home != NULL;
}

/* Whether nobody but the one reference that we have holds an array and its memory, so that it may be written into. */
int is_alone(PyArrayObject *x);

/* Whether x is of a class of traced values. */
static inline int looks_traced(PyObject *x)
{
    return Py_IS_TYPE(x, python.traced) || Py_IS_TYPE(x, python.traced_array);
}

/* What the garbage collector asks of n references in a row. */
static inline int visit_each(PyObject **x, int n, visitproc visit, void *arg)
{
    for (int i = 0; i < n; i++)
        Py_VISIT(x[i]);
    return 0;
}

static inline void clear_each(PyObject **x, int n)
{
    for (int i = 0; i < n; i++)
        Py_CLEAR(x[i]);
}

/* A callable in a class is a method, as a function is. */
static inline PyObject *bind_method(PyObject *self, PyObject *to, PyObject *cls)
{
    return to == NULL || to == Py_None ? Py_NewRef(self) : PyMethod_New(self, to);
}

static inline int is_float64_array(PyObject *x)
{
    return PyArray_CheckExact(x) && (PyObject *)PyArray_DESCR((PyArrayObject *)x) == python.float64;
}

/* A float64 or float32 array, in this machine's byte order. */
static inline int is_float_array(PyObject *x)
{
    return PyArray_CheckExact(x) && ((PyObject *)PyArray_DESCR((PyArrayObject *)x) == python.float64 ||
                                     (PyObject *)PyArray_DESCR((PyArrayObject *)x) == python.float32);
}

static inline int is_real(PyObject *x)
{
    return Py_IS_TYPE(x, &PyDoubleArrType_Type) || PyFloat_CheckExact(x);
}

/* Whether a home, (shape, dtype), has this very dtype; no home but that of numbers of NumPy's has. */
static inline int is_float64_home(PyObject *home)
{
    return PyTuple_GET_ITEM(home, 1) == python.float64;
}

/* The tape, if its parts are its own: not closed, nor one of forward mode's. */
TapeFields *open_tape(PyObject *tape);

/* Say that some step of the run selects. */
static inline void note_selects(TapeFields *t)
{
    Py_XSETREF(t->selects, Py_NewRef(Py_True));
}

static inline Py_ssize_t next_slot(TapeFields *t)
{
    return ((Counter *)t->next)->next++;
}

/* Write the edge (slot, *parts, *kept), of n values kept; parts: rule, parent, home, pullback. -1 for an error. */
int write_edge(TapeFields *t, Py_ssize_t slot, PyObject *const parts[4], PyObject *const *kept, Py_ssize_t n);
/* Write the edges (parent, home, pullback, kept) of a step; -1 for an error. */
int write_step(TapeFields *t, Py_ssize_t slot, PyObject *rule, PyObject *edges);
/* Record that values, of which some are traced, were put into a list or tuple, and give its slot. */
PyObject *pack_items(PyObject *tape, PyObject *items);
/* A traced output, NULL without an error where Python has to look: a view, another dtype, a program that is kept.
   fresh: nobody else has y. */
PyObject *traced_output(PyObject *tape, PyObject *slot, PyObject *y, int fresh);
/* A traced output that shows the memory of the traced array v; NULL without an error if y does not, or Python has to
   look. call: (function, args, kwargs). */
PyObject *traced_view(PyObject *v, PyObject *slot, PyObject *y, PyObject *call);
/* A constant array as it is now. */
PyObject *held_array(PyObject *tape, PyObject *x);
int has_shape(PyArrayObject *x, PyObject *shape);
PyObject *home_of_array(PyArrayObject *x);
PyObject *traced_value(PyTypeObject *cls, PyObject *value, PyObject *slot, PyObject *tape, PyObject *home);
PyObject *record(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names);
PyObject *recorder(PyObject *module, PyObject *args);
PyObject *ufunc_hook(PyObject *module, PyObject *args);
PyObject *back(PyObject *module, PyObject *args);
PyObject *flatten(PyObject *module, PyObject *x);
PyObject *build(PyObject *module, PyObject *args);
PyObject *same_structure(PyObject *module, PyObject *args);
PyObject *caller(PyObject *module, PyObject *args);
PyObject *call_by(PyObject *callers, PyObject *function, PyObject *args, PyObject *kwargs);
PyObject *call_in_c(PyObject *module, PyObject *args);
PyObject *function_hook(PyObject *module, PyObject *args);
PyObject *reader(PyObject *module, PyObject *args);
PyObject *stretched(PyObject *module, PyObject *args);
PyObject *negated(PyObject *module, PyObject *g);
PyObject *is_finite(PyObject *module, PyObject *x);
PyObject *add_rows(PyObject *module, PyObject *args);
PyObject *in_range(PyObject *module, PyObject *args);
PyObject *summed_rows(PyObject *module, PyObject *args);
PyObject *differentiated(PyObject *module, PyObject *args);
PyObject *apply(PyObject *module, PyObject *args);
/* Whether two flattened structs have the same classes, lengths and keys; -1 for an error. */
int are_alike(PyObject *nodes, PyObject *others);
int all_plain(PyObject *leaves);
/* A traced value for each leaf; NULL without an error if one is no plain leaf. */
PyObject *trace_leaves(PyObject *leaves, PyObject *tape);
/* A gradient for each leaf, which takes the cotangents; NULL without an error, and then they stay, where Python has to
   look. */
PyObject *finish_leaves(PyObject *leaves, PyObject *bars);
PyObject *build_struct(PyObject *nodes, PyObject *leaves);
PyObject *are_plain(PyObject *module, PyObject *leaves);
PyObject *traced_leaves(PyObject *module, PyObject *args);
PyObject *finished_leaves(PyObject *module, PyObject *args);
int all_finite(PyArrayObject *x);
/* g x, or g / x. own: whether g is wanted no more, so that the result may take its memory. */
PyObject *product(PyObject *g, PyObject *x, int divides, int own);
/* The same of vectors, and 0 where g is 0 and that is not finite, as `silence` of tape/cotangent.py; it may take the
   memory of g. NULL without an error for what are no vectors. */
PyObject *silent_product(PyObject *g, PyObject *x, int divides);

#endif
